// Every operand of every kind of step, replaced by a value that it must not
// be: one that is not there, one too small, and for results a constant.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "engine/testing/every_step.h"
#include "engine/validate.h"

namespace octet::engine {
namespace {

using testing::HasSubstr;

constexpr int32_t kLeast = std::numeric_limits<int32_t>::min();
constexpr int32_t kMostInt = std::numeric_limits<int32_t>::max();

enum class Use {
  kRead,       // a value of the result's size, or as large as the step needs
  kBroadcast,  // one element is enough
  kWrite,
};

struct Operand {
  const char* what;
  Use use;
  int32_t& (*field)(TestProgram& p);
};

EpilogueT& ConvEpilogue(TestProgram& p) {
  return *ParamsOf<ConvU8T>(p).epilogue;
}
EpilogueT& DepthwiseEpilogue(TestProgram& p) {
  return *ParamsOf<DepthwiseU8T>(p).epilogue;
}

// A field of the params of a step.
template <typename P, auto kField>
int32_t& Field(TestProgram& p) {
  return ParamsOf<P>(p).*kField;
}
// A field of the epilogue that `kEpilogue` finds.
template <auto kEpilogue, auto kField>
int32_t& Of(TestProgram& p) {
  return kEpilogue(p).*kField;
}

const Operand kOperands[] = {
    {"ConvU8 x", Use::kRead, Field<ConvU8T, &ConvU8T::x>},
    {"ConvU8 y", Use::kWrite, Field<ConvU8T, &ConvU8T::y>},
    {"ConvU8 weight", Use::kRead, Field<ConvU8T, &ConvU8T::weight>},
    {"comp", Use::kRead, Of<ConvEpilogue, &EpilogueT::comp>},
    {"multiplier", Use::kRead, Of<ConvEpilogue, &EpilogueT::multiplier>},
    {"offset", Use::kRead, Of<ConvEpilogue, &EpilogueT::offset>},
    {"y_zero", Use::kRead, Of<ConvEpilogue, &EpilogueT::y_zero>},
    {"clamp_low", Use::kRead, Of<ConvEpilogue, &EpilogueT::clamp_low>},
    {"clamp_high", Use::kRead, Of<ConvEpilogue, &EpilogueT::clamp_high>},
    {"DepthwiseU8 x", Use::kRead, Field<DepthwiseU8T, &DepthwiseU8T::x>},
    {"DepthwiseU8 y", Use::kWrite, Field<DepthwiseU8T, &DepthwiseU8T::y>},
    {"DepthwiseU8 weight", Use::kRead,
     Field<DepthwiseU8T, &DepthwiseU8T::weight>},
    {"DepthwiseU8 x_zero", Use::kRead,
     Field<DepthwiseU8T, &DepthwiseU8T::x_zero>},
    {"depthwise comp", Use::kRead, Of<DepthwiseEpilogue, &EpilogueT::comp>},
    {"depthwise multiplier", Use::kRead,
     Of<DepthwiseEpilogue, &EpilogueT::multiplier>},
    {"depthwise clamp_high", Use::kRead,
     Of<DepthwiseEpilogue, &EpilogueT::clamp_high>},
    {"ConvF32 x", Use::kRead, Field<ConvF32T, &ConvF32T::x>},
    {"ConvF32 y", Use::kWrite, Field<ConvF32T, &ConvF32T::y>},
    {"ConvF32 weight", Use::kRead, Field<ConvF32T, &ConvF32T::weight>},
    {"ConvF32 bias", Use::kRead, Field<ConvF32T, &ConvF32T::bias>},
    {"ConvF32 residual", Use::kRead, Field<ConvF32T, &ConvF32T::residual>},
    {"DepthwiseF32 x", Use::kRead, Field<DepthwiseF32T, &DepthwiseF32T::x>},
    {"DepthwiseF32 y", Use::kWrite, Field<DepthwiseF32T, &DepthwiseF32T::y>},
    {"DepthwiseF32 weight", Use::kRead,
     Field<DepthwiseF32T, &DepthwiseF32T::weight>},
    {"DepthwiseF32 bias", Use::kRead,
     Field<DepthwiseF32T, &DepthwiseF32T::bias>},
    {"DepthwiseF32 residual", Use::kRead,
     Field<DepthwiseF32T, &DepthwiseF32T::residual>},
    {"ConvHalf x", Use::kRead, Field<ConvHalfT, &ConvHalfT::x>},
    {"ConvHalf y", Use::kWrite, Field<ConvHalfT, &ConvHalfT::y>},
    {"ConvHalf weight", Use::kRead, Field<ConvHalfT, &ConvHalfT::weight>},
    {"ConvHalf bias", Use::kRead, Field<ConvHalfT, &ConvHalfT::bias>},
    {"DepthwiseHalf x", Use::kRead, Field<DepthwiseHalfT, &DepthwiseHalfT::x>},
    {"DepthwiseHalf y", Use::kWrite, Field<DepthwiseHalfT, &DepthwiseHalfT::y>},
    {"DepthwiseHalf weight", Use::kRead,
     Field<DepthwiseHalfT, &DepthwiseHalfT::weight>},
    {"DepthwiseHalf residual", Use::kRead,
     Field<DepthwiseHalfT, &DepthwiseHalfT::residual>},
    {"MatMulF32 a", Use::kRead, Field<MatMulF32T, &MatMulF32T::a>},
    {"MatMulF32 b", Use::kRead, Field<MatMulF32T, &MatMulF32T::b>},
    {"MatMulF32 y", Use::kWrite, Field<MatMulF32T, &MatMulF32T::y>},
    {"MatMulF32 bias", Use::kRead, Field<MatMulF32T, &MatMulF32T::bias>},
    {"MatMulF32 residual", Use::kRead,
     Field<MatMulF32T, &MatMulF32T::residual>},
    {"AttentionF32 a", Use::kRead, Field<AttentionF32T, &AttentionF32T::a>},
    {"AttentionF32 b", Use::kRead, Field<AttentionF32T, &AttentionF32T::b>},
    {"AttentionF32 c", Use::kRead, Field<AttentionF32T, &AttentionF32T::c>},
    {"AttentionF32 y", Use::kWrite, Field<AttentionF32T, &AttentionF32T::y>},
    {"AttentionF32 residual", Use::kRead,
     Field<AttentionF32T, &AttentionF32T::residual>},
    {"AttentionU8 a", Use::kRead, Field<AttentionU8T, &AttentionU8T::a>},
    {"AttentionU8 b", Use::kRead, Field<AttentionU8T, &AttentionU8T::b>},
    {"AttentionU8 c", Use::kRead, Field<AttentionU8T, &AttentionU8T::c>},
    {"AttentionU8 y", Use::kWrite, Field<AttentionU8T, &AttentionU8T::y>},
    {"AttentionU8 residual", Use::kRead,
     Field<AttentionU8T, &AttentionU8T::residual>},
    {"AttentionHalf a", Use::kRead, Field<AttentionHalfT, &AttentionHalfT::a>},
    {"AttentionHalf b", Use::kRead, Field<AttentionHalfT, &AttentionHalfT::b>},
    {"AttentionHalf c", Use::kRead, Field<AttentionHalfT, &AttentionHalfT::c>},
    {"AttentionHalf y", Use::kWrite, Field<AttentionHalfT, &AttentionHalfT::y>},
    {"AttentionHalf residual", Use::kRead,
     Field<AttentionHalfT, &AttentionHalfT::residual>},
    {"MatMulU8 a", Use::kRead, Field<MatMulU8T, &MatMulU8T::a>},
    {"MatMulU8 b", Use::kRead, Field<MatMulU8T, &MatMulU8T::b>},
    {"MatMulU8 y", Use::kWrite, Field<MatMulU8T, &MatMulU8T::y>},
    // Nothing but `a` has the result's size here.
    {"BinaryF32 a", Use::kRead, Field<BinaryF32T, &BinaryF32T::a>},
    {"BinaryF32 b", Use::kBroadcast, Field<BinaryF32T, &BinaryF32T::b>},
    {"BinaryF32 y", Use::kWrite, Field<BinaryF32T, &BinaryF32T::y>},
    {"UnaryF32 x", Use::kRead, Field<UnaryF32T, &UnaryF32T::x>},
    {"UnaryF32 y", Use::kWrite, Field<UnaryF32T, &UnaryF32T::y>},
    {"BinaryU8 a", Use::kRead, Field<BinaryU8T, &BinaryU8T::a>},
    {"BinaryU8 b", Use::kBroadcast, Field<BinaryU8T, &BinaryU8T::b>},
    {"BinaryU8 y", Use::kWrite, Field<BinaryU8T, &BinaryU8T::y>},
    {"TableU8 x", Use::kRead, Field<TableU8T, &TableU8T::x>},
    {"TableU8 y", Use::kWrite, Field<TableU8T, &TableU8T::y>},
    {"TableU8 table", Use::kRead, Field<TableU8T, &TableU8T::table>},
    {"Pool x", Use::kRead, Field<PoolT, &PoolT::x>},
    {"Pool y", Use::kWrite, Field<PoolT, &PoolT::y>},
    {"Softmax x", Use::kRead, Field<SoftmaxT, &SoftmaxT::x>},
    {"Softmax y", Use::kWrite, Field<SoftmaxT, &SoftmaxT::y>},
    {"LayerNorm x", Use::kRead, Field<LayerNormT, &LayerNormT::x>},
    {"LayerNorm y", Use::kWrite, Field<LayerNormT, &LayerNormT::y>},
    {"LayerNorm scale", Use::kRead, Field<LayerNormT, &LayerNormT::scale>},
    {"LayerNorm bias", Use::kRead, Field<LayerNormT, &LayerNormT::bias>},
    {"Reduce x", Use::kRead, Field<ReduceT, &ReduceT::x>},
    {"Reduce y", Use::kWrite, Field<ReduceT, &ReduceT::y>},
    {"Quantize x", Use::kRead, Field<QuantizeT, &QuantizeT::x>},
    {"Quantize y", Use::kWrite, Field<QuantizeT, &QuantizeT::y>},
    {"Dequantize x", Use::kRead, Field<DequantizeT, &DequantizeT::x>},
    {"Dequantize y", Use::kWrite, Field<DequantizeT, &DequantizeT::y>},
    {"Requantize x", Use::kRead, Field<RequantizeT, &RequantizeT::x>},
    {"Requantize y", Use::kWrite, Field<RequantizeT, &RequantizeT::y>},
    {"Cast x", Use::kRead, Field<CastT, &CastT::x>},
    {"Cast y", Use::kWrite, Field<CastT, &CastT::y>},
    {"StridedCopy x", Use::kRead, Field<StridedCopyT, &StridedCopyT::x>},
    {"StridedCopy y", Use::kWrite, Field<StridedCopyT, &StridedCopyT::y>},
    {"Fill y", Use::kWrite, Field<FillT, &FillT::y>},
    {"Gather x", Use::kRead, Field<GatherT, &GatherT::x>},
    {"Gather indices", Use::kRead, Field<GatherT, &GatherT::indices>},
    {"Gather y", Use::kWrite, Field<GatherT, &GatherT::y>},
    {"Resize x", Use::kRead, Field<ResizeT, &ResizeT::x>},
    {"Resize y", Use::kWrite, Field<ResizeT, &ResizeT::y>},
};

Status ValidateProgram(TestProgram& p) {
  return Validate(p.program(), p.constants().size());
}

// A constant like the value at `index`, or one of f32, of one element.
int OneElement(TestProgram& p, int32_t index) {
  const DType dtype = index < 0 ? DType::F32 : p.value(index).dtype;
  const bool constant = index < 0 || p.value(index).place == Place::Constant;
  if (!constant && dtype == DType::U8) return p.AddU8("one", {1}, {1}, {0});
  if (!constant) return p.Add("one", dtype, {1});
  switch (dtype) {
    case DType::U8:
      return p.Constant<uint8_t>("one", 1, 0);
    case DType::S8:
      return p.Constant<int8_t>("one", 1, 0);
    case DType::S32:
      return p.Constant<int32_t>("one", 1, 0);
    case DType::S64:
      return p.Constant<int64_t>("one", 1, 0);
    default:
      return p.Constant<float>("one", 1, 0);
  }
}

TEST(ValidateOperands, RefusesIndicesOfNoValue) {
  for (const Operand& operand : kOperands) {
    TestProgram p = EveryStep();
    const auto values = int32_t(p.profile().values.size());
    for (const int32_t index : {-2, kLeast, values, values + 1, kMostInt}) {
      operand.field(p) = index;
      const Status status = ValidateProgram(p);
      EXPECT_EQ(status.code(), Code::kBadInput) << operand.what;
      EXPECT_THAT(status.message(), HasSubstr(std::to_string(index)))
          << operand.what;
    }
  }
}

TEST(ValidateOperands, AcceptsTheLastValueWhereItFits) {
  for (const Operand& operand : kOperands) {
    TestProgram p = EveryStep();
    // Values are not moved, only named twice: a copy at the end.
    const int32_t index = operand.field(p);
    if (index < 0) continue;
    auto copy = std::make_unique<ValueT>(p.value(index));
    copy->name = "last";
    p.profile().values.push_back(std::move(copy));
    operand.field(p) = int32_t(p.profile().values.size()) - 1;
    const Status status = ValidateProgram(p);
    EXPECT_TRUE(status.ok()) << operand.what << ": " << status.message();
  }
}

TEST(ValidateOperands, RefusesOneElementWhereMoreAreRead) {
  for (const Operand& operand : kOperands) {
    // A fill may fill anything.
    if (std::string(operand.what) == "Fill y") continue;
    TestProgram p = EveryStep();
    operand.field(p) = OneElement(p, operand.field(p));
    const Status status = ValidateProgram(p);
    EXPECT_EQ(status.ok(), operand.use == Use::kBroadcast)
        << operand.what << ": " << status.message();
  }
}

TEST(ValidateOperands, RefusesToWriteConstants) {
  for (const Operand& operand : kOperands) {
    if (operand.use != Use::kWrite) continue;
    TestProgram p = EveryStep();
    const int32_t index = operand.field(p);
    // The same value in every respect but its place.
    const int constant = p.Constant<uint8_t>("c", 1 << 16, 0);
    const uint64_t offset = p.value(constant).offset;
    ValueT copy = p.value(index);
    copy.place = Place::Constant;
    copy.offset = offset;
    p.value(constant) = copy;
    operand.field(p) = constant;
    const Status status = ValidateProgram(p);
    EXPECT_THAT(status.message(), HasSubstr("is a constant, and is written"))
        << operand.what;
  }
}

}  // namespace
}  // namespace octet::engine
