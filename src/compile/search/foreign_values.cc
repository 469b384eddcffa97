#include "compile/search/foreign_values.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "compile/lower/weights.h"

namespace octet::compile {
namespace {

// [outer][rows][columns] -> [outer][columns][rows].
Tensor Turned(const Tensor& x, int64_t outer, int64_t rows, const Shape& to) {
  Tensor y(DType::kF32, to);
  const size_t plane = size_t(x.elements() / std::max<int64_t>(1, outer));
  const int64_t columns = int64_t(plane) / std::max<int64_t>(1, rows);
  for (size_t n = 0; n < size_t(outer); ++n) {
    const std::vector<float> turned =
        Transposed(x.as<float>().subspan(n * plane, plane), rows, columns);
    std::memcpy(y.raw() + n * plane * sizeof(float), turned.data(),
                plane * sizeof(float));
  }
  return y;
}

double Distance(const Tensor& a, const Tensor& b) {
  const auto x = a.as<float>(), y = b.as<float>();
  double sum = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    const double d = double(x[i]) - double(y[i]);
    sum += d * d;
  }
  // NaN is farther than everything.
  return sum >= 0 ? sum : std::numeric_limits<double>::infinity();
}

// As many elements, but for axes of size 1 in the same order.
bool SameOrder(const Shape& a, const Shape& b) {
  std::vector<int64_t> x, y;
  for (int64_t n : a.dims()) {
    if (n != 1) x.push_back(n);
  }
  for (int64_t n : b.dims()) {
    if (n != 1) y.push_back(n);
  }
  return x == y;
}

Tensor Aligned(const Tensor& foreign, const Tensor& value) {
  const Shape& from = foreign.shape();
  const Shape& to = value.shape();
  std::vector<Tensor> ways;
  if (SameOrder(from, to)) ways.push_back(foreign.Reshaped(to));
  if (from.rank() >= 3 && from.rank() == to.rank() && from[0] == to[0]) {
    const int last = from.rank() - 1;
    const int64_t rest = from.elements() / std::max<int64_t>(1, from[0]);
    if (from[1] == to[last]) {
      ways.push_back(Turned(foreign, from[0], from[1], to));
    }
    if (from[last] == to[1]) {
      ways.push_back(Turned(foreign, from[0],
                            rest / std::max<int64_t>(1, from[last]), to));
    }
  }
  // The numbers in some order: what differs will show.
  if (ways.empty()) ways.push_back(foreign.Reshaped(to));
  return *std::ranges::min_element(
      ways, {}, [&](const Tensor& way) { return Distance(way, value); });
}

}  // namespace

std::string NameInFiles(std::string_view name) {
  std::string text(name);
  std::ranges::replace(text, '/', '_');
  std::ranges::replace(text, ':', '_');
  return text;
}

std::map<std::string, Tensor, std::less<>> MatchForeign(
    const NamedTensors& foreign,
    const std::map<std::string, Tensor, std::less<>>& values,
    std::vector<std::string>& unmatched) {
  std::map<std::string, std::string_view> value_of;
  for (const auto& [name, value] : values) {
    value_of.emplace(NameInFiles(name), name);
  }
  std::map<std::string, Tensor, std::less<>> matched;
  for (const auto& [name, tensor] : foreign) {
    const auto known = value_of.find(name);
    const bool fits =
        known != value_of.end() && tensor.dtype() == DType::kF32 &&
        values.find(known->second)->second.elements() == tensor.elements();
    if (fits) {
      const auto value = values.find(known->second);
      matched[value->first] = Aligned(tensor, value->second);
    } else if (std::ranges::count(unmatched, name) == 0) {
      unmatched.push_back(name);
    }
  }
  return matched;
}

}  // namespace octet::compile
