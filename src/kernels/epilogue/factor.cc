#include "kernels/epilogue/factor.h"

#include <cmath>
#include <cstddef>

#include "kernels/work.h"

namespace octet::kernels {
namespace {

constexpr FactorTable MakeTable(int32_t reach, int32_t most_steps,
                                const int16_t (&powers)[3][32]) {
  FactorTable table{reach, most_steps, {}, {}};
  for (int power = 0; power < 3; ++power) {
    for (int segment = 0; segment < 32; ++segment) {
      const int16_t word = powers[power][segment];
      table.powers[power][segment] = word;
      table.bytes[power][0][segment] = uint8_t(word & 255);
      table.bytes[power][1][segment] = uint8_t((word >> 8) & 255);
    }
  }
  return table;
}

// Minimax fits of x * factor(x) on each segment, of coefficients that are
// rounded. Above: what x * factor is off by, in real units.

// 0.00029.
constexpr FactorTable kSilu12 =
    MakeTable(12, 12000,
              {{16345, 26791, 26793, 31212, 31216, 32407, 32408, 32687,
                32687, 32750, 32750, 32764, 32764, 32767, 32767, 32767,
                0,     1,     1,     4,     4,     18,    18,    81,
                81,    360,   361,   1552,  1556,  5974,  5977,  16422},
               {6409, 3678, 3619, 1066, 1072, 249,  257,  56,   57,   14,  12,
                4,    2,    -1,   0,    -1,   0,    -1,   -1,   2,    4,   12,
                14,   57,   56,   257,  249,  1072, 1066, 3617, 3678, 6405},
               {-496, -860, -770, -499, -274, -142, -68, -34, -14, -6, -2,
                0,    0,    -2,   0,    -1,   0,    -2,  2,   0,   0,  2,
                6,    14,   34,   68,   142,  274,  499, 769, 860, 493}});

// 0.0016.
constexpr FactorTable kSilu24 =
    MakeTable(24, 4700,
              {{16207, 31197, 31228, 32684, 32687, 32764, 32764, 32767,
                32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767,
                0,     0,     0,     0,     0,     0,     0,     0,
                0,     4,     4,     81,    84,    1540,  1571,  16561},
               {13658, 1871, 1974, 74, 107, 4,   5,  -1,   0,    -1,   0,
                -1,    0,    -1,   0,  -1,  0,   -1, 0,    -1,   0,    -1,
                0,     -1,   1,    6,  4,   107, 74, 1974, 1871, 13656},
               {-3065, -2502, -803, -199, -44, -10, -2,  -1,  0,    -1,  0,
                -1,    0,     -1,   0,    -1,  0,   -1,  0,   -1,   0,   -1,
                0,     -1,    0,    3,    10,  44,  199, 803, 2502, 3063}});

// 0.00018.
constexpr FactorTable kGelu6 =
    MakeTable(6, 12000,
              {{16367, 25343, 25341, 30578, 30581, 32366, 32369, 32723,
                32724, 32765, 32765, 32767, 32767, 32767, 32767, 32767,
                0,     0,     0,     0,     0,     3,     3,     44,
                44,    399,   402,   2187,  2190,  7426,  7425,  16399},
               {5019, 3728, 3710, 1572, 1560, 365,  372,  45,   49,   3,   5,
                -1,   0,    -1,   0,    -1,   0,    -1,   0,    -1,   0,   5,
                3,    49,   49,   370,  365,  1560, 1572, 3707, 3728, 5013},
               {-211, -445, -552, -506, -370, -228, -116, -51, -17, -6, -3,
                -1,   0,    -1,   0,    -1,   0,    -1,   0,   -1,  0,  3,
                6,    17,   48,   114,  228,  370,  506,  550, 445, 207}});

// 0.00074.
constexpr FactorTable kGelu12 =
    MakeTable(12, 4900,
              {{16271, 30576, 30594, 32719, 32725, 32767, 32767, 32767,
                32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767,
                0,     0,     0,     0,     0,     0,     0,     0,
                0,     0,     0,     43,    49,    2174,  2192,  16497},
               {10583, 3096, 2941, 26, 85, -2, 0,  -1,   0,    -1,   0,
                -1,    0,    -1,   0,  -1, 0,  -1, 0,    -1,   0,    -1,
                0,     -1,   0,    -1, -3, 85, 26, 2940, 3097, 10583},
               {-1506, -2132, -1178, -319, -46, -3, 0,   -1,   0,    -1,  0,
                -1,    0,     -1,    0,    -1,  0,  -1,  0,    -1,   0,   -1,
                0,     -1,    0,     -1,   6,   46, 319, 1177, 2130, 1506}});

// Steps of a code that kFactorAdd computes in.
constexpr double kSixteenths = 16;

// What a channel of scale 1 / inv_scale asks of a table: the steps that make
// its reach, or 0 where that is too coarse or does not reach the last code.
int32_t StepsOf(const FactorTable& table, double inv_scale, int32_t zero) {
  const double steps = std::nearbyint(table.reach * inv_scale);
  return steps >= 256 - zero && steps >= 1 && steps <= table.most_steps
             ? int32_t(steps)
             : 0;
}

bool SetChannel(const EpilogueU8& e, const FactorTable& table, size_t c,
                FactorConstants& to) {
  const double inv_scale = double(e.inv_scale[c]);
  const int32_t steps = StepsOf(table, inv_scale, e.y_zero[c]);
  if (steps == 0 || e.clamp_low[c] != 0 || e.clamp_high[c] != 255) return false;
  const double unit = 32768.0 * inv_scale / steps;
  to.multiplier[c] = float(double(e.multiplier[c]) * unit);
  to.offset[c] = float(double(e.offset[c]) * unit);
  to.steps[c] = steps;
  return std::isfinite(to.multiplier[c]) && std::isfinite(to.offset[c]);
}

// The residual of a channel, in sixteenths of codes.
bool SetResidual(const EpilogueU8& e, size_t c, FactorConstants& to) {
  const double ratio = double(e.residual_scale[c]) * double(e.inv_scale[c]);
  const double steps = std::nearbyint(256 * kSixteenths * ratio);
  // Half a code is added for rounding, and half a step, for the residual's.
  const double zero =
      std::nearbyint(kSixteenths * (e.y_zero[c] - e.residual_zero[c] * ratio) +
                     kSixteenths / 2 + 0.5);
  const double reach = kSixteenths * to.steps[c];
  if (!(steps >= 0 && reach + steps + std::abs(zero) <= 32512)) return false;
  // With the least residual too the last code must be within reach.
  if (reach + zero < 256 * kSixteenths) return false;
  to.steps[c] = int32_t(reach);
  to.residual_steps[c] = int32_t(steps);
  to.zeros[c] = int32_t(zero);
  return true;
}

bool SetChannels(const EpilogueU8& e, const FactorTable& table,
                 int64_t channels, FactorConstants& to) {
  for (size_t c = 0; c < size_t(channels); ++c) {
    if (!SetChannel(e, table, c, to)) return false;
    if (e.residual_u8 != nullptr && !SetResidual(e, c, to)) return false;
  }
  return true;
}

// The tables of a function, the finest first.
struct Tables {
  const FactorTable* near;
  const FactorTable* far;
};
Tables TablesOf(FunctionKind kind) {
  if (kind == FunctionKind::kSilu) return {&kSilu12, &kSilu24};
  if (kind == FunctionKind::kGelu) return {&kGelu6, &kGelu12};
  return {nullptr, nullptr};
}

}  // namespace

bool UseFactor(EpilogueU8& epilogue, int64_t channels,
               FactorConstants& constants) {
  if (epilogue.kind != EpilogueKind::kFloat || epilogue.y_u8 == nullptr ||
      epilogue.residual_f32 != nullptr ||
      epilogue.after.kind != FunctionKind::kIdentity) {
    return false;
  }
  const Tables tables = TablesOf(epilogue.before.kind);
  for (const FactorTable* table : {tables.near, tables.far}) {
    if (table == nullptr) continue;
    const size_t padded = size_t(RoundUp(channels, 64));
    constants.multiplier.assign(padded, 0);
    constants.offset.assign(padded, 0);
    constants.steps.assign(padded, 0);
    constants.residual_steps.assign(padded, 0);
    constants.zeros.assign(padded, 0);
    if (!SetChannels(epilogue, *table, channels, constants)) continue;
    epilogue.multiplier = constants.multiplier.data();
    epilogue.offset = constants.offset.data();
    epilogue.steps = constants.steps.data();
    epilogue.factor = table;
    epilogue.kind = EpilogueKind::kFactor;
    if (epilogue.residual_u8 != nullptr) {
      epilogue.kind = EpilogueKind::kFactorAdd;
      epilogue.residual_steps = constants.residual_steps.data();
      epilogue.y_zero = constants.zeros.data();
    }
    return true;
  }
  return false;
}

}  // namespace octet::kernels
