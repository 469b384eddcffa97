#include "doctor/duplicates.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace octet::doctor {
namespace {

constexpr double kNear = 0.02;
constexpr double kMostShare = 0.05;

// Mean square distance of the cells from those of the mean thumbnail.
double SpreadOf(std::span<const SampleFacts> facts,
                const std::vector<size_t>& pictures) {
  const size_t cells = facts[pictures[0]].thumbnail.size();
  double spread = 0;
  for (size_t cell = 0; cell < cells; ++cell) {
    double sum = 0, squares = 0;
    for (const size_t i : pictures) {
      const double x = double(facts[i].thumbnail[cell]);
      sum += x;
      squares += x * x;
    }
    const double mean = sum / double(pictures.size());
    spread += squares / double(pictures.size()) - mean * mean;
  }
  return spread / double(cells);
}

double Distance(const SampleFacts& a, const SampleFacts& b) {
  double sum = 0;
  for (size_t i = 0; i < a.thumbnail.size(); ++i) {
    const double d = double(a.thumbnail[i]) - double(b.thumbnail[i]);
    sum += d * d;
  }
  return sum / double(a.thumbnail.size());
}

std::vector<Duplicate> ExactOnes(std::span<const SampleFacts> facts,
                                 std::vector<bool>& repeats) {
  std::vector<Duplicate> found;
  std::map<uint64_t, size_t> seen;
  for (size_t i = 0; i < facts.size(); ++i) {
    if (!facts[i].error.empty()) continue;
    const auto [first, is_new] = seen.emplace(facts[i].content, i);
    if (is_new) continue;
    found.push_back({first->second, i, true});
    repeats[i] = true;
  }
  return found;
}

void AddNearOnes(std::span<const SampleFacts> facts, std::vector<bool>& repeats,
                 std::vector<Duplicate>& found) {
  std::vector<size_t> pictures;
  size_t cells = 0;
  for (size_t i = 0; i < facts.size(); ++i) {
    if (facts[i].thumbnail.empty() || repeats[i]) continue;
    if (cells == 0) cells = facts[i].thumbnail.size();
    if (facts[i].thumbnail.size() == cells) pictures.push_back(i);
  }
  if (pictures.size() < 3) return;
  const double near = kNear * kNear * SpreadOf(facts, pictures);
  // Near ones have near means, so that few pairs need a closer look.
  std::ranges::stable_sort(pictures, {},
                           [&](size_t i) { return facts[i].brightness; });
  const double reach = std::sqrt(near);
  for (size_t a = 0; a < pictures.size(); ++a) {
    for (size_t b = a + 1; b < pictures.size(); ++b) {
      const size_t first = std::min(pictures[a], pictures[b]);
      const size_t again = std::max(pictures[a], pictures[b]);
      if (facts[pictures[b]].brightness - facts[pictures[a]].brightness >
          reach) {
        break;
      }
      if (repeats[again] || Distance(facts[first], facts[again]) >= near) {
        continue;
      }
      found.push_back({first, again, false});
      repeats[again] = true;
    }
  }
}

}  // namespace

std::vector<Duplicate> ListDuplicates(std::span<const SampleFacts> facts) {
  std::vector<bool> repeats(facts.size());
  std::vector<Duplicate> found = ExactOnes(facts, repeats);
  AddNearOnes(facts, repeats, found);
  std::ranges::sort(found, {}, &Duplicate::again);
  return found;
}

std::optional<Finding> FindDuplicates(std::span<const SampleFacts> facts) {
  const std::vector<Duplicate> list = ListDuplicates(facts);
  if (double(list.size()) <= kMostShare * double(facts.size())) {
    return std::nullopt;
  }
  const auto exact = size_t(std::ranges::count(list, true, &Duplicate::exact));
  Finding finding;
  finding.kind = "duplicates";
  finding.found = fmt::format("{} of {} samples repeat another one",
                              list.size(), facts.size());
  finding.evidence =
      fmt::format("{} equal in every element, {} nearly; {} is {} again", exact,
                  list.size() - exact, facts[list[0].again].name,
                  facts[list[0].first].name);
  finding.advice = fmt::format(
      "keep one of each: {} different samples are left, and the ranges are "
      "only as good as those",
      facts.size() - list.size());
  finding.numbers = {{"exact", double(exact)},
                     {"near", double(list.size() - exact)},
                     {"of", double(facts.size())}};
  for (const Duplicate& pair : list) {
    finding.names.push_back(facts[pair.again].name);
  }
  return finding;
}

}  // namespace octet::doctor
