// Which epilogues of kFloat the kernels compute without leaving their
// registers. Internal linkage, so that files of any instruction set may include
// this.
#ifndef OCTET_KERNELS_EPILOGUE_IN_REGISTERS_H_
#define OCTET_KERNELS_EPILOGUE_IN_REGISTERS_H_

#include "kernels/epilogue/epilogue.h"

namespace octet::kernels {
namespace {

// What is between a sum and its code: functions without parameters, and
// perhaps a u8 residual.
template <FunctionKind kBeforeKind, bool kAddsCodes = false,
          FunctionKind kAfterKind = FunctionKind::kIdentity>
struct Stages {
  static constexpr FunctionKind kBefore = kBeforeKind;
  static constexpr bool kHasResidual = kAddsCodes;
  static constexpr FunctionKind kAfter = kAfterKind;
};

template <typename For, FunctionKind kBefore>
[[gnu::always_inline]] inline typename For::Fn FindWithResidual(
    const EpilogueU8& e) {
  switch (e.after.kind) {
    case FunctionKind::kIdentity:
      return For::template kFn<Stages<kBefore, true>>;
    case FunctionKind::kRelu:
      return For::template kFn<Stages<kBefore, true, FunctionKind::kRelu>>;
    default:
      return nullptr;
  }
}

// For::kFn<Stages>, the level's kernel for an epilogue of kFloat; null where it
// has none and goes stage by stage.
template <typename For>
[[gnu::always_inline]] inline typename For::Fn FindInRegisters(
    const EpilogueU8& e) {
  if (e.y_u8 == nullptr || e.residual_f32 != nullptr) return nullptr;
  if (e.residual_u8 != nullptr) {
    switch (e.before.kind) {
      case FunctionKind::kIdentity:
        return FindWithResidual<For, FunctionKind::kIdentity>(e);
      case FunctionKind::kSilu:
        return FindWithResidual<For, FunctionKind::kSilu>(e);
      default:
        return nullptr;
    }
  }
  if (e.after.kind != FunctionKind::kIdentity) return nullptr;
  switch (e.before.kind) {
    case FunctionKind::kSilu:
      return For::template kFn<Stages<FunctionKind::kSilu>>;
    case FunctionKind::kSigmoid:
      return For::template kFn<Stages<FunctionKind::kSigmoid>>;
    case FunctionKind::kGelu:
      return For::template kFn<Stages<FunctionKind::kGelu>>;
    case FunctionKind::kHardSwish:
      return For::template kFn<Stages<FunctionKind::kHardSwish>>;
    default:
      return nullptr;
  }
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_EPILOGUE_IN_REGISTERS_H_
