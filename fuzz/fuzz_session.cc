// Programs that the checks let through are run with the scalar kernels, which
// the sanitizers watch: a step that leaves its memory is found.
#include "fuzz/run_session.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace octet;
  const auto bytes = fuzz::AsBytes(data, size);
  (void)fuzz::RunSession(engine::AlignedBytes(bytes.begin(), bytes.end()));
  return 0;
}
