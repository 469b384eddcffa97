#include "compile/search/first_jump.h"

#include <algorithm>
#include <cmath>

namespace octet::compile {
namespace {

constexpr double kJump = 10;  // in energy: 10 dB

double Noise(double sqnr_db) { return std::pow(10, -sqnr_db / 10); }

bool Moves(const LayerError& row) { return row.precision == "move"; }

// What a value of this engine usually adds by itself. A badly stored value
// spoils the own noise of all its readers, so that the median may be theirs.
double UsualNoise(const std::vector<LayerError>& rows) {
  std::vector<double> own;
  for (const LayerError& row : rows) {
    if (!Moves(row) && row.own_relative_l2 > 0) {
      own.push_back(Noise(row.own_sqnr_db));
    }
  }
  if (own.empty()) return 0;
  const auto quartile = own.begin() + ptrdiff_t(own.size() / 4);
  std::ranges::nth_element(own, quartile);
  return *quartile;
}

}  // namespace

const LayerError* FirstJump(const std::vector<LayerError>& rows) {
  const double usual = UsualNoise(rows);
  for (const LayerError& row : rows) {
    if (Moves(row) || row.relative_l2 == 0) continue;
    const double expected = Noise(row.inputs_sqnr_db) + usual;
    if (Noise(row.sqnr_db) > kJump * expected) return &row;
  }
  return nullptr;
}

}  // namespace octet::compile
