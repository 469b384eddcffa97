#include "vision/settings.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "vision/document.h"
#include "vision/fields.h"
#include "vision/preprocess_text.h"
#include "vision/presets.h"

namespace octet::vision {

using nlohmann::json;

Result<Settings> SettingsFromToml(std::string_view text,
                                  const std::string& name) {
  OCTET_ASSIGN(const json table, ParseToml(text, name));
  std::vector<std::string_view> keys = PreprocessKeys();
  keys.push_back("detect");
  OCTET_RETURN_IF_ERROR(Fields(table, name).CheckKeys(keys));
  Settings settings;
  OCTET_ASSIGN(settings.preprocess, PreprocessFromTable(table, name));
  if (const auto detect = table.find("detect"); detect != table.end()) {
    OCTET_ASSIGN(settings.detect,
                 DetectSpecFromToml(*detect, name + ": [detect]"));
  }
  return settings;
}

Result<Settings> SettingsFromCase(std::string_view text,
                                  const std::string& name) {
  OCTET_ASSIGN(const json document, ParseJson(text, name));
  const Fields fields(document, name);
  const auto preprocess = document.find("preprocess");
  if (!document.is_object() || preprocess == document.end()) {
    return BadInput("{}: has no table 'preprocess'", name);
  }
  const std::string where = name + ": preprocess";
  Settings settings;
  OCTET_RETURN_IF_ERROR(Fields(*preprocess, where).CheckKeys(PreprocessKeys()));
  OCTET_ASSIGN(settings.preprocess, PreprocessFromTable(*preprocess, where));
  const auto decode = document.find("decode");
  const auto task = document.find("task");
  if (decode != document.end() && task != document.end() &&
      *task == "detection") {
    OCTET_ASSIGN(settings.detect,
                 DetectSpecFromCase(*decode, name + ": decode"));
  }
  return settings;
}

Result<Settings> LoadSettings(const std::string& preset_or_path) {
  const std::string& path = preset_or_path;
  if (path.ends_with(".toml") || path.ends_with(".json")) {
    OCTET_ASSIGN(const std::string text, ReadTextFile(path, kMaxConfigBytes));
    return path.ends_with(".toml") ? SettingsFromToml(text, path)
                                   : SettingsFromCase(text, path);
  }
  Settings settings;
  OCTET_ASSIGN(settings.preprocess, FindPreset(preset_or_path));
  return settings;
}

std::string ToText(const Settings& settings) {
  std::string text = ToText(settings.preprocess);
  if (settings.detect) text += ToText(*settings.detect);
  return text;
}

}  // namespace octet::vision
