// Every way in which a convolution can be wrong, one line each.
#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "engine/testing/broken_step.h"
#include "engine/validate.h"

namespace octet::engine {
namespace {

using Program = TestProgram;
constexpr int32_t kMost32 = std::numeric_limits<int32_t>::max();

void SetWindow(Program& p, const Window& window) {
  *ParamsOf<ConvF32T>(p).window = window;
}

const BrokenStep kConvolutions[] = {
    {"x missing", [](Program& p) { ParamsOf<ConvU8T>(p).x = -1; },
     "x is value -1"},
    {"x beyond", [](Program& p) { ParamsOf<ConvU8T>(p).x = 9999; },
     "x is value 9999"},
    {"x float", [](Program& p) { ParamsOf<ConvU8T>(p).x = kReal; },
     "expected u8"},
    {"y constant",
     [](Program& p) {
       ParamsOf<TableU8T>(p).y = p.Constant<uint8_t>("c", 288, 0);
     },
     "is a constant, and is written"},
    {"y of another rank",
     [](Program& p) {
       ParamsOf<ConvF32T>(p).y =
           p.AddAlias("flat", Named(p, "conv_f32"), {36, 20});
     },
     "two stacks of images"},
    {"rows that differ",
     [](Program& p) {
       ParamsOf<ConvF32T>(p).x = Named(p, "rows");
       ParamsOf<ConvF32T>(p).y = p.Add("y", DType::F32, {35, 20});
     },
     "as many rows"},
    {"window over rows",
     [](Program& p) {
       ParamsOf<ConvF32T>(p).x = Named(p, "rows");
       ParamsOf<ConvF32T>(p).y = p.Add("y", DType::F32, {36, 20});
     },
     "no image"},
    {"batch",
     [](Program& p) {
       ParamsOf<ConvF32T>(p).y = p.Add("y", DType::F32, {2, 6, 6, 20});
     },
     "images"},
    {"kernel 0",
     [](Program& p) {
       SetWindow(p, {0, 3, 1, 1, 1, 1, 1, 1});
     },
     "height 0"},
    {"stride 0",
     [](Program& p) {
       SetWindow(p, {3, 3, 1, 0, 1, 1, 1, 1});
     },
     "stride 0"},
    {"dilation 0",
     [](Program& p) {
       SetWindow(p, {3, 3, 1, 1, 0, 1, 1, 1});
     },
     "dilation 0"},
    {"padding -1",
     [](Program& p) {
       SetWindow(p, {3, 3, 1, 1, 1, 1, 1, -1});
     },
     "padding -1"},
    {"padding beyond the window",
     [](Program& p) {
       SetWindow(p, {3, 3, 1, 1, 1, 1, 3, 1});
     },
     "leaves the image"},
    {"windows beyond the image",
     [](Program& p) {
       SetWindow(p, {3, 3, 1, 2, 1, 1, 1, 1});
     },
     "leaves the image"},
    {"largest stride",
     [](Program& p) {
       SetWindow(p, {3, 3, kMost32, 1, 1, 1, 1, 1});
     },
     "leaves the image"},
    {"largest dilation",
     [](Program& p) {
       SetWindow(p, {3, 3, 1, 1, kMost32, 1, 1, 1});
     },
     "reaches over"},
    {"largest window",
     [](Program& p) {
       SetWindow(p, {kMost32, 3, 1, 1, 1, 1, 1, 1});
     },
     "reaches over"},
    {"group 0", [](Program& p) { ParamsOf<ConvU8T>(p).group = 0; }, "groups"},
    {"group 3", [](Program& p) { ParamsOf<ConvF32T>(p).group = 3; }, "groups"},
    {"weights too short",
     [](Program& p) {
       ParamsOf<ConvU8T>(p).weight = p.Constant<int8_t>("w", 64, 0);
     },
     "expected at least"},
    {"weights in the arena",
     [](Program& p) {
       ParamsOf<ConvU8T>(p).weight = p.Add("w", DType::S8, {99999});
     },
     "not a constant"},
    {"weights of another dtype",
     [](Program& p) {
       ParamsOf<ConvU8T>(p).weight = p.Constant<uint8_t>("w", 99999, 0);
     },
     "expected s8"},
    {"more weight parts",
     [](Program& p) { ParamsOf<ConvU8T>(p).weight_parts = 2; },
     "expected at least"},
    {"far too many weight parts",
     [](Program& p) { ParamsOf<ConvU8T>(p).weight_parts = 99; }, "parts"},
    {"tile vectors", [](Program& p) { ParamsOf<ConvU8T>(p).tile_vectors = 5; },
     "tile_vectors"},
    {"tile block", [](Program& p) { ParamsOf<ConvU8T>(p).tile_block = -1; },
     "tile_block"},
    {"algorithm", [](Program& p) { ParamsOf<ConvU8T>(p).algorithm = 3; },
     "algorithm"},
    {"bias too short",
     [](Program& p) {
       ParamsOf<ConvF32T>(p).bias = p.Constant<float>("b", 19, 0);
     },
     "expected at least 20"},
    {"function",
     [](Program& p) {
       ParamsOf<ConvF32T>(p).after = std::make_unique<Function>(99, 0, 0);
     },
     "function 99"},
    {"residual of another shape",
     [](Program& p) { ParamsOf<ConvF32T>(p).residual = kReal; },
     "shapes must agree"},
    {"halves from floats", [](Program& p) { ParamsOf<ConvHalfT>(p).x = kReal; },
     "expected f16 or bf16"},
    {"halves of two formats",
     [](Program& p) { ParamsOf<ConvHalfT>(p).x = Named(p, "bf16"); },
     "expected bf16"},
    {"halves of another format written",
     [](Program& p) { ParamsOf<DepthwiseHalfT>(p).x = Named(p, "f16"); },
     "expected f32 or f16"},
    {"a residual of another format",
     [](Program& p) { ParamsOf<DepthwiseHalfT>(p).residual = Named(p, "f16"); },
     "expected bf16"},
    {"pairs of half weights too few",
     [](Program& p) {
       ParamsOf<ConvHalfT>(p).weight = p.Constant(
           "w", DType::F16, std::vector<uint16_t>(2 * 9 * 8 * 16 - 1));
     },
     "expected at least 2304"},
    {"depthwise channels",
     [](Program& p) { ParamsOf<DepthwiseF32T>(p).y = Named(p, "conv_f32"); },
     "channels must agree"},
    {"depthwise weights",
     [](Program& p) {
       ParamsOf<DepthwiseU8T>(p).weight =
           p.Constant<int8_t>("w", int64_t{9} * 8, 0);
     },
     "expected at least"},
    {"depthwise padding value",
     [](Program& p) {
       ParamsOf<DepthwiseU8T>(p).x_zero = p.Constant<uint8_t>("z", 8, 0);
     },
     "expected at least 64"},
};

const BrokenStep kEpilogues[] = {
    {"none", [](Program& p) { ParamsOf<ConvU8T>(p).epilogue.reset(); },
     "no epilogue"},
    {"unknown", [](Program& p) { EpilogueOf(p).kind = EpilogueKind(4); },
     "epilogue 4"},
    {"array not padded",
     [](Program& p) {
       EpilogueOf(p).multiplier = p.Constant<float>("m", 20, 0);
     },
     "expected at least 32"},
    {"comp missing", [](Program& p) { EpilogueOf(p).comp = -1; }, "comp"},
    {"y_zero missing", [](Program& p) { EpilogueOf(p).y_zero = -1; }, "y_zero"},
    {"clamp missing", [](Program& p) { EpilogueOf(p).clamp_low = -1; },
     "clamp_low"},
    {"table missing",
     [](Program& p) { EpilogueOf(p).kind = EpilogueKind::Table; }, "table"},
    {"table too short",
     [](Program& p) {
       EpilogueOf(p).kind = EpilogueKind::Table;
       EpilogueOf(p).table = p.Constant<uint8_t>("t", 255, 0);
     },
     "expected at least 256"},
    {"float result of a clamp",
     [](Program& p) { ParamsOf<ConvU8T>(p).y = Named(p, "conv_f32"); },
     "only a float epilogue"},
    {"residual of a clamp",
     [](Program& p) { EpilogueOf(p).residual = Named(p, "conv_u8"); },
     "have a residual"},
    {"sum without a residual",
     [](Program& p) { EpilogueOf(p).kind = EpilogueKind::Add; }, "no residual"},
    {"sum with floats",
     [](Program& p) {
       EpilogueOf(p).kind = EpilogueKind::Add;
       EpilogueOf(p).residual = Named(p, "conv_f32");
     },
     "f32"},
    {"scales of what is added missing",
     [](Program& p) {
       EpilogueOf(p).kind = EpilogueKind::Add;
       EpilogueOf(p).residual = Named(p, "conv_u8");
     },
     "residual_scale"},
    {"inv_scale missing",
     [](Program& p) { EpilogueOf(p).kind = EpilogueKind::Float; }, "inv_scale"},
    {"scales of the residual missing",
     [](Program& p) {
       EpilogueOf(p).kind = EpilogueKind::Float;
       EpilogueOf(p).inv_scale = EpilogueOf(p).multiplier;
       EpilogueOf(p).residual = Named(p, "conv_u8");
     },
     "residual_scale"},
};

TEST(ValidateConvolutions, RefusesWrongOnes) { ExpectRefused(kConvolutions); }
TEST(ValidateConvolutions, RefusesWrongEpilogues) { ExpectRefused(kEpilogues); }

TEST(ValidateConvolutions, AcceptsEveryEpilogue) {
  TestProgram p = EveryStep();
  EpilogueT& e = EpilogueOf(p);
  e.kind = EpilogueKind::Table;
  e.table = p.Constant<uint8_t>("t", 256, 0);
  EXPECT_TRUE(Validate(p.program(), p.constants().size()).ok());
  e.kind = EpilogueKind::Float;
  e.inv_scale = e.multiplier;
  e.residual = Named(p, "conv_f32");
  EXPECT_TRUE(Validate(p.program(), p.constants().size()).ok());
  e.residual = Named(p, "conv_u8");
  e.residual_scale = e.multiplier;
  e.residual_zero = e.y_zero;
  EXPECT_TRUE(Validate(p.program(), p.constants().size()).ok());
}

}  // namespace
}  // namespace octet::engine
