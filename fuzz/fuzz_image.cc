// JPEG, PNG and WebP pictures.
#include "fuzz/bytes.h"
#include "vision/image.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace octet;
  vision::ImageLimits limits;
  limits.max_pixels = 1 << 20;
  for (const vision::Channels channels :
       {vision::Channels::kRgb, vision::Channels::kGray}) {
    const auto image = vision::DecodeImage(fuzz::AsBytes(data, size), "fuzz",
                                           channels, limits);
    if (!image.ok()) return 0;
    fuzz::Expect(image->pixels.size() ==
                 size_t(image->width * image->height * image->channels));
  }
  return 0;
}
