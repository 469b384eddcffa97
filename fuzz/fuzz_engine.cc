// Engine files: as they come, which checksums mostly stop at once, and as the
// Program inside one, whose checks a stranger's file with right checksums
// meets.
#include "engine/engine_file.h"
#include "engine/metadata.h"
#include "engine/validate.h"
#include "fuzz/bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace octet;
  const auto bytes = fuzz::AsBytes(data, size);
  (void)engine::ReadEngine(bytes);

  const engine::AlignedBytes aligned(bytes.begin(), bytes.end());
  const auto program = engine::UnpackProgram(aligned);
  if (!program.ok()) return 0;
  const engine::AlignedBytes constants(4096);
  if (!engine::Validate(*program, constants.size()).ok()) return 0;
  const auto file = engine::EngineBytes(*program, constants);
  fuzz::Expect(file.ok());
  fuzz::Expect(engine::ReadEngine(*file).ok());
  return 0;
}
