#include "engine/program.h"

#include "base/check.h"

namespace octet::engine {
namespace {

static_assert(int(DType::F32) == int(octet::DType::kF32) &&
              int(DType::F16) == int(octet::DType::kF16) &&
              int(DType::BF16) == int(octet::DType::kBF16) &&
              int(DType::F64) == int(octet::DType::kF64) &&
              int(DType::U8) == int(octet::DType::kU8) &&
              int(DType::S8) == int(octet::DType::kS8) &&
              int(DType::U16) == int(octet::DType::kU16) &&
              int(DType::S16) == int(octet::DType::kS16) &&
              int(DType::U32) == int(octet::DType::kU32) &&
              int(DType::S32) == int(octet::DType::kS32) &&
              int(DType::S64) == int(octet::DType::kS64) &&
              int(DType::Bool) == int(octet::DType::kBool));

void Add(Reads& reads, int value) {
  if (value >= 0) reads.values[size_t(reads.count++)] = value;
}

template <typename... Values>
Reads List(Values... values) {
  static_assert(sizeof...(values) <= Reads::kMax);
  Reads reads;
  (Add(reads, values), ...);
  return reads;
}

void AddEpilogue(Reads& reads, const EpilogueT* e) {
  if (e == nullptr) return;
  for (int value : {e->comp, e->multiplier, e->offset, e->y_zero, e->clamp_low,
                    e->clamp_high, e->table, e->inv_scale, e->residual,
                    e->residual_scale, e->residual_zero}) {
    Add(reads, value);
  }
}

Reads Of(const ConvU8T& p) {
  Reads reads = List(p.x, p.weight);
  AddEpilogue(reads, p.epilogue.get());
  return reads;
}
Reads Of(const DepthwiseU8T& p) {
  Reads reads = List(p.x, p.weight, p.x_zero);
  AddEpilogue(reads, p.epilogue.get());
  return reads;
}
Reads Of(const ConvF32T& p) { return List(p.x, p.weight, p.bias, p.residual); }
Reads Of(const DepthwiseF32T& p) {
  return List(p.x, p.weight, p.bias, p.residual);
}
Reads Of(const ConvHalfT& p) { return List(p.x, p.weight, p.bias, p.residual); }
Reads Of(const DepthwiseHalfT& p) {
  return List(p.x, p.weight, p.bias, p.residual);
}
Reads Of(const MatMulF32T& p) { return List(p.a, p.b, p.bias, p.residual); }
Reads Of(const AttentionF32T& p) { return List(p.a, p.b, p.c, p.residual); }
Reads Of(const AttentionU8T& p) { return List(p.a, p.b, p.c, p.residual); }
Reads Of(const AttentionHalfT& p) { return List(p.a, p.b, p.c, p.residual); }
Reads Of(const MatMulU8T& p) { return List(p.a, p.b); }
Reads Of(const BinaryF32T& p) { return List(p.a, p.b); }
Reads Of(const BinaryU8T& p) { return List(p.a, p.b); }
Reads Of(const TableU8T& p) { return List(p.x, p.table); }
Reads Of(const SoftmaxT& p) { return List(p.x, p.weights); }
Reads Of(const LayerNormT& p) { return List(p.x, p.scale, p.bias); }
Reads Of(const FillT&) { return {}; }
Reads Of(const GatherT& p) { return List(p.x, p.indices); }
// The rest read one value.
template <typename P>
Reads Of(const P& p) {
  return List(p.x);
}

}  // namespace

octet::Function ToFunction(const std::unique_ptr<Function>& function) {
  if (function == nullptr) return {};
  return {FunctionKind(function->kind()), function->alpha(), function->beta()};
}

std::unique_ptr<Function> FromFunction(const octet::Function& function) {
  if (function.kind == FunctionKind::kIdentity) return nullptr;
  return std::make_unique<Function>(uint8_t(function.kind), function.alpha,
                                    function.beta);
}

Shape ShapeOf(const ValueT& value) { return Shape(std::span(value.dims)); }

const char* KindName(const StepT& step) {
  return EnumNameParams(step.params.type);
}

int OutputOf(const StepT& step) {
  return VisitParams(step, -1, [](const auto& p) { return int(p.y); });
}

Reads ReadsOf(const StepT& step) {
  return VisitParams(step, Reads(), [](const auto& p) { return Of(p); });
}

}  // namespace octet::engine
