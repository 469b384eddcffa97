#include "compile/search/sensitivity_state.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"

namespace octet::compile {
namespace {

using nlohmann::json;

constexpr int kSensitivityVersion = 3;
constexpr size_t kMostStateBytes = size_t(1) << 28;

json Write(const SampleLoss& loss) {
  return {loss.noise, loss.cosine, loss.kl, loss.changed};
}

// `count` numbers from `first` on.
bool AreNumbers(const json& list, size_t first, size_t count) {
  if (!list.is_array() || list.size() != first + count) return false;
  for (size_t i = 0; i < list.size(); ++i) {
    if (!list[i].is_number()) return false;
  }
  return true;
}

SampleLoss ReadLoss(const json& list, size_t first) {
  return {list[first].get<double>(), list[first + 1].get<double>(),
          list[first + 2].get<double>(), list[first + 3].get<double>()};
}

bool ReadCells(const json& list, size_t units,
               std::vector<SensitivityState::Cell>& cells) {
  if (!list.is_array()) return false;
  if (list.size() > units) return false;
  for (const json& row : list) {
    SensitivityState::Cell& cell = cells.emplace_back();
    const bool replayed = AreNumbers(row, 1, 4);
    if (!replayed && !AreNumbers(row, 1, 0)) return false;
    cell.own = row[0].get<double>();
    if (replayed) cell.loss = ReadLoss(row, 1);
  }
  return true;
}

bool ReadEngines(const json& object, SensitivityState& state) {
  if (!object.is_object()) return false;
  for (const auto& [kept, list] : object.items()) {
    if (!list.is_array() || list.size() > state.samples.size()) return false;
    for (const json& row : list) {
      if (!AreNumbers(row, 0, 4)) return false;
      state.engines[kept].push_back(ReadLoss(row, 0));
    }
  }
  return true;
}

bool ReadAccuracies(const json& object, SensitivityState& state) {
  if (!object.is_object()) return false;
  for (const auto& [kept, list] : object.items()) {
    if (!list.is_array() || list.empty()) return false;
    if (!AreNumbers(list, 0, list.size())) return false;
    Accuracy& accuracy = state.accuracies[kept];
    accuracy.value = list[0].get<double>();
    for (size_t i = 1; i < list.size(); ++i) {
      accuracy.without.push_back(list[i].get<double>());
    }
  }
  return true;
}

bool Read(const json& root, size_t units, SensitivityState& state) {
  const json& samples = root["samples"];
  if (!samples.is_array() || samples.size() != state.samples.size()) {
    return false;
  }
  for (size_t s = 0; s < samples.size(); ++s) {
    SensitivityState::Sample& sample = state.samples[s];
    sample.is_skipped = samples[s].is_null();
    if (sample.is_skipped) continue;
    if (!ReadCells(samples[s], units, sample.cells)) return false;
  }
  return ReadEngines(root["engines"], state) &&
         ReadAccuracies(root["accuracies"], state);
}

}  // namespace

Status Save(const SensitivityState& state, const std::string& path) {
  json root = {{"octet", "sensitivity"},
               {"version", kSensitivityVersion},
               {"key", state.key}};
  json& samples = root["samples"] = json::array();
  for (const SensitivityState::Sample& sample : state.samples) {
    json rows = json::array();
    if (sample.is_skipped) rows = nullptr;
    for (const SensitivityState::Cell& cell : sample.cells) {
      json row = {cell.own};
      if (cell.loss)
        row.insert(row.end(), {cell.loss->noise, cell.loss->cosine,
                               cell.loss->kl, cell.loss->changed});
      rows.push_back(std::move(row));
    }
    samples.push_back(std::move(rows));
  }
  json& engines = root["engines"] = json::object();
  for (const auto& [kept, losses] : state.engines) {
    for (const SampleLoss& loss : losses) engines[kept].push_back(Write(loss));
  }
  // The metric, then the same without each group of samples.
  json& accuracies = root["accuracies"] = json::object();
  for (const auto& [kept, accuracy] : state.accuracies) {
    json& row = accuracies[kept] = json::array({accuracy.value});
    for (double without : accuracy.without) row.push_back(without);
  }
  return WriteFileAtomically(path, root.dump());
}

Status Load(const std::string& path, size_t units, SensitivityState& state) {
  OCTET_ASSIGN(const std::string text, ReadTextFile(path, kMostStateBytes));
  const json root = json::parse(text, nullptr, /*allow_exceptions=*/false);
  const auto is = [&](const char* key, const json& wanted) {
    return root.is_object() && root.contains(key) && root[key] == wanted;
  };
  const bool whole = root.is_object() && root.contains("samples") &&
                     root.contains("engines") && root.contains("accuracies");
  if (!whole || !is("octet", "sensitivity") ||
      !is("version", kSensitivityVersion)) {
    return BadInput("{}: is no state of octet sensitivity; delete it", path);
  }
  if (!is("key", state.key)) {
    return BadInput(
        "{}: is of another model, plan or set of samples; resume with the same "
        "ones, or delete the file",
        path);
  }
  if (!Read(root, units, state)) {
    return BadInput("{}: is damaged; delete it and measure anew", path);
  }
  return {};
}

}  // namespace octet::compile
