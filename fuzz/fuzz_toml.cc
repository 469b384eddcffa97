// Preprocessing and decoding settings in TOML. What is read is written in its
// canonical form and read the same.
#include "fuzz/bytes.h"
#include "vision/settings.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace octet;
  const auto settings =
      vision::SettingsFromToml(fuzz::AsText(data, size), "fuzz");
  if (!settings.ok()) return 0;
  const std::string written = vision::ToText(*settings);
  const auto again = vision::SettingsFromToml(written, "again");
  fuzz::Expect(again.ok());
  fuzz::Expect(vision::ToText(*again) == written);
  return 0;
}
