// Everything about pictures that belongs to a model and not in its ONNX file.
#ifndef OCTET_VISION_SETTINGS_H_
#define OCTET_VISION_SETTINGS_H_

#include <optional>
#include <string>
#include <string_view>

#include "octet/status.h"
#include "vision/decode/detect_spec.h"
#include "vision/preprocess.h"

namespace octet::vision {

struct Settings {
  Preprocess preprocess;
  // Only if the source says how to decode detections.
  std::optional<DetectSpec> detect;
};

// What `--preprocess` takes: the name of a preset ("raw" among them), a .toml
// file (keys of preprocess_text.h, and a table [detect]), or a case.json (its
// tables "preprocess" and, for a detection task, "decode").
//   errors: kUsage for an unknown preset; kBadInput for an unreadable file, an
//           unknown key (with the nearest known one), a wrong value.
Result<Settings> LoadSettings(const std::string& preset_or_path);

// The same from text already read.
Result<Settings> SettingsFromToml(std::string_view text,
                                  const std::string& name);
Result<Settings> SettingsFromCase(std::string_view text,
                                  const std::string& name);

// Canonical TOML; SettingsFromToml reads it back as the same value.
std::string ToText(const Settings& settings);

}  // namespace octet::vision

#endif  // OCTET_VISION_SETTINGS_H_
