#include "octet/function.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numbers>

#include "base/check.h"

namespace octet {
namespace {

constexpr std::string_view kFunctionNames[] = {
    "identity",  "relu",         "leaky_relu", "clip", "sigmoid",
    "silu",      "hard_sigmoid", "hard_swish", "tanh", "gelu",
    "gelu_tanh", "elu",          "softplus",   "mish", "exp",
    "log",       "sqrt",         "reciprocal", "erf",  "abs",
    "neg",       "floor",        "ceil",       "round"};
static_assert(std::size(kFunctionNames) == size_t(FunctionKind::kCount));

double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double Softplus(double x) {
  return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
}
double GeluTanh(double x) {
  const double inner =
      std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x);
  return 0.5 * x * (1 + std::tanh(inner));
}

}  // namespace

std::string_view Name(FunctionKind kind) {
  return kFunctionNames[size_t(kind)];
}

double Evaluate(const Function& f, double x) {
  switch (f.kind) {
    case FunctionKind::kIdentity:
      return x;
    // Written so that NaN stays NaN.
    case FunctionKind::kRelu:
      return x < 0 ? 0.0 : x;
    case FunctionKind::kLeakyRelu:
      return x < 0 ? f.alpha * x : x;
    case FunctionKind::kClip:
      // Where the ends are the wrong way round, the upper one wins, as in ONNX.
      if (x < f.alpha) x = f.alpha;
      return x > f.beta ? f.beta : x;
    case FunctionKind::kSigmoid:
      return Sigmoid(x);
    case FunctionKind::kSilu:
      return x * Sigmoid(x);
    case FunctionKind::kHardSigmoid:
      return std::clamp(double(f.alpha) * x + double(f.beta), 0.0, 1.0);
    case FunctionKind::kHardSwish:
      return x * std::clamp(x / 6 + 0.5, 0.0, 1.0);
    case FunctionKind::kTanh:
      return std::tanh(x);
    case FunctionKind::kGelu:
      return 0.5 * x * (1 + std::erf(x / std::numbers::sqrt2));
    case FunctionKind::kGeluTanh:
      return GeluTanh(x);
    case FunctionKind::kElu:
      return x < 0 ? f.alpha * std::expm1(x) : x;
    case FunctionKind::kSoftplus:
      return Softplus(x);
    case FunctionKind::kMish:
      return x * std::tanh(Softplus(x));
    case FunctionKind::kExp:
      return std::exp(x);
    case FunctionKind::kLog:
      return std::log(x);
    case FunctionKind::kSqrt:
      return std::sqrt(x);
    case FunctionKind::kReciprocal:
      return 1 / x;
    case FunctionKind::kErf:
      return std::erf(x);
    case FunctionKind::kAbs:
      return std::abs(x);
    case FunctionKind::kNeg:
      return -x;
    case FunctionKind::kFloor:
      return std::floor(x);
    case FunctionKind::kCeil:
      return std::ceil(x);
    case FunctionKind::kRound:
      return std::nearbyint(x);
    case FunctionKind::kCount:
      break;
  }
  OCTET_CHECK(false && "FunctionKind out of range");
  return x;
}

}  // namespace octet
