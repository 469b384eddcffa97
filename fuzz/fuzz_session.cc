// Programs that the checks let through are run with the scalar kernels, which
// the sanitizers watch: a step that leaves its memory is found.
#include "engine/engine_file.h"
#include "engine/metadata.h"
#include "engine/validate.h"
#include "fuzz/bytes.h"
#include "octet/runtime.h"

namespace {

// Within these a program that does the most work still ends in a second.
constexpr int64_t kMostBytes = 1 << 14;
constexpr size_t kMostSteps = 32;

bool IsSmall(const octet::engine::ProgramT& program) {
  for (const auto& profile : program.profiles) {
    if (profile->steps.size() > kMostSteps) return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace octet;
  const auto bytes = fuzz::AsBytes(data, size);
  const engine::AlignedBytes aligned(bytes.begin(), bytes.end());
  const auto program = engine::UnpackProgram(aligned);
  if (!program.ok() || !IsSmall(*program)) return 0;
  const engine::AlignedBytes constants(kMostBytes);
  const auto file = engine::EngineBytes(*program, constants);
  if (!file.ok()) return 0;
  const auto loaded = Engine::FromBytes(*file);
  fuzz::Expect(loaded.ok());
  SessionOptions options;
  options.cpu = "scalar";
  options.max_bytes = 1 << 20;
  auto session = Session::Create(*loaded, options);
  if (!session.ok() || session->memory().arena_bytes > kMostBytes) return 0;
  (void)session->Run();
  return 0;
}
