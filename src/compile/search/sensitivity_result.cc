#include "compile/search/sensitivity_result.h"

#include <algorithm>
#include <cmath>

namespace octet::compile {
namespace {

using Cell = SensitivityState::Cell;

// Below this share of noise nothing needs to be kept out of int8.
constexpr double kNextToNothing = 1e-4;
constexpr double kHalf = 0.5, kFourFifths = 0.8;
constexpr size_t kFewValues = 5;

UnitSensitivity RowOf(const UnitNames& names, size_t index, size_t first,
                      const SensitivityState& state) {
  UnitSensitivity row;
  row.name = names.name;
  row.readers = names.readers;
  std::vector<double> own;
  std::vector<SampleLoss> losses;
  for (const SensitivityState::Sample& sample : state.samples) {
    if (sample.cells.empty()) continue;
    const Cell& cell = sample.cells[index];
    own.push_back(cell.own);
    if (cell.loss) losses.push_back(*cell.loss);
  }
  const Cell& there = state.samples[first].cells[index];
  const double growth = there.own > 0 ? there.loss->noise / there.own : 0.0;
  const Estimate mean = EstimateOf(own);
  row.predicted = mean.mean * growth;
  row.is_measured = losses.size() == own.size();
  row.alone = EstimateOf(losses);
  if (!row.is_measured) row.alone.noise = {row.predicted, mean.error * growth};
  return row;
}

// Mean noise of a value on all samples but the first.
double NoiseOnOthers(size_t index, size_t first,
                     const SensitivityState& state) {
  std::vector<double> noise;
  for (size_t s = 0; s < state.samples.size(); ++s) {
    const std::vector<Cell>& cells = state.samples[s].cells;
    if (s != first && !cells.empty()) noise.push_back(cells[index].loss->noise);
  }
  return EstimateOf(noise).mean;
}

double NoiseOf(const UnitSensitivity& row) { return row.alone.noise.mean; }

void Rank(std::vector<UnitSensitivity>& rows) {
  std::ranges::stable_sort(rows, std::greater<>(), &UnitSensitivity::predicted);
  for (size_t i = 0; i < rows.size(); ++i) rows[i].predicted_rank = int(i) + 1;
  std::ranges::stable_sort(rows, std::greater<>(), NoiseOf);
  for (size_t i = 0; i < rows.size(); ++i) rows[i].rank = int(i) + 1;
}

void TellDamage(Sensitivity& result) {
  double all = 0, few = 0;
  for (const UnitSensitivity& row : result.values) {
    all += NoiseOf(row);
    if (size_t(row.rank) <= kFewValues) few += NoiseOf(row);
  }
  if (all < kNextToNothing) return;
  result.top_share = NoiseOf(result.values[0]) / all;
  if (result.top_share >= kHalf) {
    result.damage = Damage::kSingle;
  } else {
    result.damage = few >= kFourFifths * all ? Damage::kFew : Damage::kSpread;
  }
}

void AddGain(const std::vector<SampleLoss>& all,
             const std::vector<SampleLoss>& kept, double noise_of_all,
             UnitSensitivity& row) {
  std::vector<double> noise, changed;
  for (size_t s = 0; s < all.size(); ++s) {
    noise.push_back(all[s].noise - kept[s].noise);
    changed.push_back(all[s].changed - kept[s].changed);
  }
  row.gain = EstimateOf(noise);
  row.gain_changed = EstimateOf(changed);
  const double rest = EstimateOf(kept).noise.mean;
  if (rest > 0 && noise_of_all > 0) {
    row.gain_db = 10 * std::log10(noise_of_all / rest);
  }
  row.has_gain = true;
}

}  // namespace

Sensitivity SummedUp(const std::vector<UnitNames>& names, size_t first,
                     const SensitivityState& state) {
  Sensitivity result;
  for (const SensitivityState::Sample& sample : state.samples) {
    if (!sample.cells.empty()) ++result.samples;
  }
  std::vector<double> predicted, measured;
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i].is_node) {
      result.nodes.push_back(RowOf(names[i], i, first, state));
      continue;
    }
    result.values.push_back(RowOf(names[i], i, first, state));
    if (!result.values.back().is_measured || result.samples < 2) continue;
    predicted.push_back(result.values.back().predicted);
    measured.push_back(NoiseOnOthers(i, first, state));
  }
  result.rank_correlation = RankCorrelation(predicted, measured);
  result.compared = int64_t(predicted.size());
  Rank(result.values);
  Rank(result.nodes);
  TellDamage(result);
  return result;
}

void AddGains(const std::vector<UnitNames>& names,
              const SensitivityState& state, Sensitivity& result) {
  const std::vector<SampleLoss>& all = state.engines.at("");
  result.all = EstimateOf(all);
  for (const UnitNames& unit : names) {
    const auto kept = state.engines.find(unit.key());
    if (kept == state.engines.end() || kept->second.size() != all.size()) {
      continue;
    }
    auto& rows = unit.is_node ? result.nodes : result.values;
    AddGain(all, kept->second, result.all.noise.mean,
            *std::ranges::find(rows, unit.name, &UnitSensitivity::name));
  }
}

}  // namespace octet::compile
