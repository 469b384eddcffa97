// What is behind the public Engine, for those who build one in memory.
#ifndef OCTET_RUNTIME_ENGINE_H_
#define OCTET_RUNTIME_ENGINE_H_

#include <span>
#include <string>
#include <vector>

#include "engine/engine_file.h"
#include "octet/runtime.h"

namespace octet {

struct Engine::Data {
  struct Profile {
    std::vector<ValueInfo> inputs, outputs;
  };
  engine::LoadedEngine loaded;
  std::vector<Profile> profiles;
  std::vector<NodeNote> notes;
};

namespace runtime {

// An Engine straight from a Program, without a file: how the compiler runs
// what it has just lowered. Copies the constants.
//   errors: kBadInput if the Program is not valid.
Result<Engine> MakeEngine(engine::ProgramT program,
                          std::span<const std::byte> constants);

}  // namespace runtime
}  // namespace octet

#endif  // OCTET_RUNTIME_ENGINE_H_
