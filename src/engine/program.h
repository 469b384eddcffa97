// The Program in memory (ProgramT, ProfileT, StepT, ..., generated from
// program.fbs), and its small types turned into octet's own.
//
// Everything that builds or reads a Program includes this header, never the
// generated one.
#ifndef OCTET_ENGINE_PROGRAM_H_
#define OCTET_ENGINE_PROGRAM_H_

#include <array>
#include <memory>

#include "engine/program_generated.h"
#include "octet/function.h"
#include "octet/tensor.h"

namespace octet::engine {

// Program::version of what this build writes and reads.
inline constexpr uint32_t kProgramVersion = 1;
// That Profile.batch may say.
inline constexpr int64_t kMostSamples = int64_t{1} << 20;

// The two enumerations have the same order (asserted in program.cc).
inline octet::DType ToDType(DType dtype) { return octet::DType(dtype); }
inline DType FromDType(octet::DType dtype) { return DType(dtype); }

// A missing function is the identity, and the identity is stored as missing.
octet::Function ToFunction(const std::unique_ptr<Function>& function);
std::unique_ptr<Function> FromFunction(const octet::Function& function);

// The shape of a value that Validate() accepted.
Shape ShapeOf(const ValueT& value);

// "ConvU8", "Softmax", ...: what messages call a step.
const char* KindName(const StepT& step);

// The value that a step writes: every step writes one.
int OutputOf(const StepT& step);

// The values that a step reads, constants among them; absent ones left out.
// A step whose kind is none reads nothing.
struct Reads {
  static constexpr int kMax = 16;
  std::array<int, kMax> values;
  int count = 0;

  const int* begin() const { return values.data(); }
  const int* end() const { return values.data() + count; }
};
Reads ReadsOf(const StepT& step);

// visit(params), the step's params typed (const ConvU8T&, ...); `none` if it
// has none.
template <typename R, typename Visit>
R VisitParams(const StepT& step, R none, Visit visit) {
  const ParamsUnion& u = step.params;
  if (u.value == nullptr) return none;
  switch (u.type) {
    case Params::NONE:
      return none;
    case Params::ConvU8:
      return visit(*u.AsConvU8());
    case Params::DepthwiseU8:
      return visit(*u.AsDepthwiseU8());
    case Params::ConvF32:
      return visit(*u.AsConvF32());
    case Params::DepthwiseF32:
      return visit(*u.AsDepthwiseF32());
    case Params::MatMulF32:
      return visit(*u.AsMatMulF32());
    case Params::BinaryF32:
      return visit(*u.AsBinaryF32());
    case Params::UnaryF32:
      return visit(*u.AsUnaryF32());
    case Params::BinaryU8:
      return visit(*u.AsBinaryU8());
    case Params::TableU8:
      return visit(*u.AsTableU8());
    case Params::Pool:
      return visit(*u.AsPool());
    case Params::Softmax:
      return visit(*u.AsSoftmax());
    case Params::LayerNorm:
      return visit(*u.AsLayerNorm());
    case Params::Reduce:
      return visit(*u.AsReduce());
    case Params::Quantize:
      return visit(*u.AsQuantize());
    case Params::Dequantize:
      return visit(*u.AsDequantize());
    case Params::Requantize:
      return visit(*u.AsRequantize());
    case Params::Cast:
      return visit(*u.AsCast());
    case Params::StridedCopy:
      return visit(*u.AsStridedCopy());
    case Params::Fill:
      return visit(*u.AsFill());
    case Params::Gather:
      return visit(*u.AsGather());
    case Params::Resize:
      return visit(*u.AsResize());
    case Params::ConvHalf:
      return visit(*u.AsConvHalf());
    case Params::DepthwiseHalf:
      return visit(*u.AsDepthwiseHalf());
    case Params::AttentionF32:
      return visit(*u.AsAttentionF32());
    case Params::AttentionU8:
      return visit(*u.AsAttentionU8());
    case Params::MatMulU8:
      return visit(*u.AsMatMulU8());
    case Params::AttentionHalf:
      return visit(*u.AsAttentionHalf());
  }
  return none;
}

}  // namespace octet::engine

#endif  // OCTET_ENGINE_PROGRAM_H_
