// Which epilogues the kernels compute without leaving their registers.
// Internal linkage, so that files of any instruction set may include this.
#ifndef OCTET_KERNELS_EPILOGUE_LONE_FUNCTION_H_
#define OCTET_KERNELS_EPILOGUE_LONE_FUNCTION_H_

#include "kernels/epilogue/epilogue.h"

namespace octet::kernels {
namespace {

// Of an epilogue of kFloat in which a function without parameters alone stands
// before the codes: For::kFn<kind>, the level's kernel for that function. Null
// for all others.
template <typename For>
[[gnu::always_inline]] inline typename For::Fn FindLoneFunction(
    const EpilogueU8& e) {
  if (e.y_u8 == nullptr || e.residual_u8 != nullptr ||
      e.residual_f32 != nullptr || e.after.kind != FunctionKind::kIdentity) {
    return nullptr;
  }
  switch (e.before.kind) {
    case FunctionKind::kSilu:
      return For::template kFn<FunctionKind::kSilu>;
    case FunctionKind::kSigmoid:
      return For::template kFn<FunctionKind::kSigmoid>;
    case FunctionKind::kGelu:
      return For::template kFn<FunctionKind::kGelu>;
    case FunctionKind::kHardSwish:
      return For::template kFn<FunctionKind::kHardSwish>;
    default:
      return nullptr;
  }
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_EPILOGUE_LONE_FUNCTION_H_
