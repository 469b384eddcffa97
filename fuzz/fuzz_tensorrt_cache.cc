// TensorRT's calibration cache. What is read is written and read the same.
#include "compile/calibrate/tensorrt_cache.h"
#include "fuzz/bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace octet;
  const auto cache =
      compile::ParseTensorRtCache(fuzz::AsText(data, size), "fuzz");
  if (!cache.ok()) return 0;
  const std::string written = compile::WriteTensorRtCache(*cache);
  const auto again = compile::ParseTensorRtCache(written, "again");
  fuzz::Expect(again.ok());
  fuzz::Expect(compile::WriteTensorRtCache(*again) == written);
  return 0;
}
