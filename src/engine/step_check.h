// What the checks of all kinds of steps are made of: fetching operands by
// index with their dtype and place checked, and demands with a message.
//
// The first thing found wrong is kept and nothing after it counts. An operand
// that is wrong reads as an empty placeholder, so that a check may go on
// looking until it asks ok().
#ifndef OCTET_ENGINE_STEP_CHECK_H_
#define OCTET_ENGINE_STEP_CHECK_H_

#include <fmt/core.h>

#include <cstdint>
#include <initializer_list>
#include <string>

#include "engine/layout.h"
#include "engine/program.h"
#include "octet/status.h"

namespace octet::engine {

class StepCheck {
 public:
  // `where` names the step in messages. Values of the profile have passed
  // CheckValue.
  StepCheck(const ProfileT& profile, std::string where)
      : profile_(profile), where_(std::move(where)) {}

  bool ok() const { return status_.ok(); }
  const Status& status() const { return status_; }

  template <typename... Args>
  void Require(bool condition, fmt::format_string<Args...> text,
               Args&&... args) {
    if (condition || !ok()) return;
    Fail(fmt::format(text, std::forward<Args>(args)...));
  }

  // An operand of one of the dtypes, anywhere.
  const ValueT& Read(const char* role, int index,
                     std::initializer_list<DType> dtypes);
  const ValueT& ReadAny(const char* role, int index) {
    return Get(role, index);
  }
  // One in the arena.
  const ValueT& Write(const char* role, int index,
                      std::initializer_list<DType> dtypes);
  const ValueT& WriteAny(const char* role, int index);
  // A dense constant of at least `entries` elements; nullopt: too large for
  // anything to be.
  void Constant(const char* role, int index, DType dtype,
                std::optional<int64_t> entries);
  // The same, or -1.
  void OptionalConstant(const char* role, int index, DType dtype,
                        int64_t entries) {
    if (index != -1) Constant(role, index, dtype, entries);
  }
  // An operand with the dims of `y`, or -1.
  void OptionalResidual(int index, const ValueT& y,
                        std::initializer_list<DType> dtypes);

  void SameDims(const ValueT& x, const ValueT& y);
  void HasQuant(const char* role, const ValueT& value);
  void HasOneScale(const char* role, const ValueT& value);
  // Of a value that may be floats instead: as HasOneScale.
  void HasOneScaleIfCodes(const char* role, const ValueT& value);
  void ValidFunction(const char* role, const std::unique_ptr<Function>& f);
  void Dense(const char* role, const ValueT& value);

 private:
  void Fail(std::string what);
  const ValueT& Get(const char* role, int index);

  const ProfileT& profile_;
  std::string where_;
  Status status_;
};

// "u8 [1, 20, 20, 64]"
std::string Describe(const ValueT& value);

// One check a kind of step; they say what the runtime relies on.
void Check(StepCheck& check, const ConvU8T& p);
void Check(StepCheck& check, const DepthwiseU8T& p);
void Check(StepCheck& check, const ConvF32T& p);
void Check(StepCheck& check, const DepthwiseF32T& p);
void Check(StepCheck& check, const ConvHalfT& p);
void Check(StepCheck& check, const DepthwiseHalfT& p);
void Check(StepCheck& check, const MatMulF32T& p);
void Check(StepCheck& check, const AttentionF32T& p);
void Check(StepCheck& check, const AttentionU8T& p);
void Check(StepCheck& check, const AttentionHalfT& p);
void Check(StepCheck& check, const MatMulU8T& p);
void Check(StepCheck& check, const BinaryF32T& p);
void Check(StepCheck& check, const UnaryF32T& p);
void Check(StepCheck& check, const BinaryU8T& p);
void Check(StepCheck& check, const TableU8T& p);
void Check(StepCheck& check, const PoolT& p);
void Check(StepCheck& check, const SoftmaxT& p);
void Check(StepCheck& check, const LayerNormT& p);
void Check(StepCheck& check, const ReduceT& p);
void Check(StepCheck& check, const QuantizeT& p);
void Check(StepCheck& check, const DequantizeT& p);
void Check(StepCheck& check, const RequantizeT& p);
void Check(StepCheck& check, const CastT& p);
void Check(StepCheck& check, const StridedCopyT& p);
void Check(StepCheck& check, const FillT& p);
void Check(StepCheck& check, const GatherT& p);
void Check(StepCheck& check, const ResizeT& p);

}  // namespace octet::engine

#endif  // OCTET_ENGINE_STEP_CHECK_H_
