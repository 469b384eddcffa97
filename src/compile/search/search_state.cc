#include "compile/search/search_state.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"

namespace octet::compile {
namespace {

using nlohmann::json;

constexpr int kSearchVersion = 2;
constexpr size_t kMostSearchBytes = size_t(1) << 26;

bool ReadNumber(const json& object, const char* key,
                std::optional<double>& number) {
  if (!object.contains(key)) return true;
  if (!object[key].is_number()) return false;
  number = object[key].get<double>();
  return true;
}

bool ReadAccuracy(const json& object, std::optional<Accuracy>& accuracy) {
  std::optional<double> value;
  if (!ReadNumber(object, "accuracy", value)) return false;
  if (!value) return true;
  accuracy = {.value = *value, .without = {}};
  if (!object.contains("without") || !object["without"].is_array()) {
    return false;
  }
  for (const json& item : object["without"]) {
    if (!item.is_number()) return false;
    accuracy->without.push_back(item.get<double>());
  }
  return true;
}

bool Read(const json& root, SearchState& state) {
  std::optional<double> seconds, first;
  if (!ReadNumber(root, "seconds", seconds) ||
      !ReadNumber(root, "first_plan_seconds", first) ||
      !root.contains("trials") || !root["trials"].is_object()) {
    return false;
  }
  state.seconds = seconds.value_or(0);
  state.first_plan_seconds = first.value_or(0);
  for (const auto& [signature, item] : root["trials"].items()) {
    if (!item.is_object()) return false;
    SearchState::Trial& trial = state.trials[signature];
    trial.is_impossible = item.contains("impossible");
    if (!ReadNumber(item, "latency_ms", trial.latency_ms) ||
        !ReadAccuracy(item, trial.accuracy)) {
      return false;
    }
  }
  return true;
}

}  // namespace

Status Save(const SearchState& state, const std::string& path) {
  json root = {{"octet", "search"},
               {"version", kSearchVersion},
               {"key", state.key},
               {"seconds", state.seconds},
               {"first_plan_seconds", state.first_plan_seconds}};
  json& trials = root["trials"] = json::object();
  for (const auto& [signature, trial] : state.trials) {
    json item = json::object();
    if (trial.latency_ms) item["latency_ms"] = *trial.latency_ms;
    if (trial.accuracy) {
      item["accuracy"] = trial.accuracy->value;
      item["without"] = trial.accuracy->without;
    }
    if (trial.is_impossible) item["impossible"] = true;
    trials[signature] = std::move(item);
  }
  const auto replace = json::error_handler_t::replace;
  return WriteFileAtomically(path, root.dump(1, ' ', false, replace));
}

Status Load(const std::string& path, SearchState& state) {
  OCTET_ASSIGN(const std::string text, ReadTextFile(path, kMostSearchBytes));
  const json root = json::parse(text, nullptr, /*allow_exceptions=*/false);
  const auto is = [&](const char* key, const json& wanted) {
    return root.is_object() && root.contains(key) && root[key] == wanted;
  };
  if (!is("octet", "search") || !is("version", kSearchVersion)) {
    return BadInput("{}: is no state of octet build's search; delete it", path);
  }
  if (!is("key", state.key)) {
    return BadInput(
        "{}: is of another model, calibration, budget, data to verify on or "
        "CPU; resume with the same ones, or delete the file",
        path);
  }
  if (!Read(root, state)) {
    return BadInput("{}: is damaged; delete it and search anew", path);
  }
  return {};
}

}  // namespace octet::compile
