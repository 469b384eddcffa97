// The JSON files beside models and data: cases and COCO annotations; and label
// lists.
#include "evaluate/case.h"
#include "evaluate/coco_truth.h"
#include "fuzz/bytes.h"
#include "vision/settings.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace octet;
  (void)evaluate::ParseCase(fuzz::AsText(data, size), "fuzz");
  (void)evaluate::ParseCocoTruth(fuzz::AsBytes(data, size), "fuzz");
  (void)vision::SettingsFromCase(fuzz::AsText(data, size), "fuzz");
  return 0;
}
