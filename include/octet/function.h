// The unary functions that octet knows: activation functions and the rest.
#ifndef OCTET_FUNCTION_H_
#define OCTET_FUNCTION_H_

#include <cstdint>
#include <string_view>

namespace octet {

enum class FunctionKind : uint8_t {
  kIdentity,
  kRelu,
  kLeakyRelu,  // alpha * x below 0
  kClip,       // clamp to [alpha, beta]; ReLU6 is [0, 6]
  kSigmoid,
  kSilu,         // x * sigmoid(x)
  kHardSigmoid,  // clamp(alpha * x + beta, 0, 1)
  kHardSwish,    // x * clamp(x / 6 + 1 / 2, 0, 1)
  kTanh,
  kGelu,      // x / 2 * (1 + erf(x / sqrt(2)))
  kGeluTanh,  // the tanh approximation of it
  kElu,       // alpha * (exp(x) - 1) below 0
  kSoftplus,  // log(1 + exp(x))
  kMish,      // x * tanh(softplus(x))
  kExp,
  kLog,
  kSqrt,
  kReciprocal,
  kErf,
  kAbs,
  kNeg,
  kFloor,
  kCeil,
  kRound,  // to nearest even
  kCount
};

struct Function {
  FunctionKind kind = FunctionKind::kIdentity;
  float alpha = 0;
  float beta = 0;

  bool operator==(const Function&) const = default;
};

// "identity", "relu", "hard_swish", ...
std::string_view Name(FunctionKind kind);

// The function in double precision: what tables are made from and what the
// float kernels are held against.
double Evaluate(const Function& function, double x);

}  // namespace octet

#endif  // OCTET_FUNCTION_H_
