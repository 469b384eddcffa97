// Runs a program that stands in a few bytes, if the checks let it through.
#ifndef OCTET_FUZZ_RUN_SESSION_H_
#define OCTET_FUZZ_RUN_SESSION_H_

#include "engine/engine_file.h"
#include "engine/metadata.h"
#include "engine/validate.h"
#include "fuzz/bytes.h"
#include "octet/runtime.h"

namespace octet::fuzz {

// Within these a program that does the most work still ends in seconds; every
// step at once fits in.
inline constexpr int64_t kMostConstants = 1 << 15;
inline constexpr int64_t kMostArena = 1 << 15;
inline constexpr size_t kMostSteps = 48;
// What scripts/fuzz makes at most.
inline constexpr size_t kMostInput = 16384;

inline bool IsSmall(const engine::ProgramT& program) {
  for (const auto& profile : program.profiles) {
    if (profile->steps.size() > kMostSteps) return false;
  }
  return true;
}

// With the scalar kernels, which the sanitizers watch, and constants of 0.
//   returns: whether it came to be run.
inline bool RunSession(const engine::AlignedBytes& packed) {
  const auto program = engine::UnpackProgram(packed);
  if (!program.ok() || !IsSmall(*program)) return false;
  const engine::AlignedBytes constants(kMostConstants);
  const auto file = engine::EngineBytes(*program, constants);
  if (!file.ok()) return false;
  const auto loaded = Engine::FromBytes(*file);
  Expect(loaded.ok());
  SessionOptions options;
  options.cpu = "scalar";
  options.max_bytes = 1 << 20;
  auto session = Session::Create(*loaded, options);
  if (!session.ok() || session->memory().arena_bytes > kMostArena) return false;
  (void)session->Run();
  return true;
}

}  // namespace octet::fuzz

#endif  // OCTET_FUZZ_RUN_SESSION_H_
