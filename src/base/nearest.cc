#include "base/nearest.h"

#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace octet {
namespace {

// A longer name is no typing error of a known one. Nodes are named by their
// path through the modules of a network, which seldom passes 100 letters.
constexpr size_t kMaxLength = 256;

size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string_view Nearest(std::string_view name,
                         std::span<const std::string_view> candidates) {
  if (name.size() > kMaxLength) return {};
  std::string_view best;
  size_t best_distance = std::max<size_t>(2, name.size() / 3) + 1;
  for (const std::string_view candidate : candidates) {
    // So many letters at least are missing or too many.
    const size_t longer = std::max(name.size(), candidate.size());
    if (2 * longer - name.size() - candidate.size() >= best_distance) continue;
    const size_t distance = EditDistance(name, candidate);
    if (distance < best_distance && distance < candidate.size()) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string Suggestion(std::string_view name,
                       std::span<const std::string_view> candidates) {
  const std::string_view near = Nearest(name, candidates);
  if (!near.empty()) return fmt::format("; did you mean '{}'?", near);
  return fmt::format("; known: {}", fmt::join(candidates, ", "));
}

}  // namespace octet
