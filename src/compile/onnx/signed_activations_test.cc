#include "compile/onnx/signed_activations.h"

#include <gtest/gtest.h>

#include "compile/ir/text.h"
#include "compile/ir/verify.h"

namespace octet::compile {
namespace {

constexpr const char* kValues = R"(
  input x f32[1,4,4,2]
  input given s8[1,4,4,2]
  input z s8[]
  const s f32[]{0.5}
  const s2 f32[2]{0.5, 0.25}
  const z3 s8[]{3}
  const low s8[]{-128}
  const z2 s8[2]{-128, 127}
  const fixed s8[1,4,4,2]{fill=1}
  const i s64[1]{0}
  q = Quantize(x, s, z3)
)";

// The graph of the nodes and outputs, converted and still whole.
std::string Converted(const std::string& lines) {
  Result<Graph> graph = Parse(kValues + lines);
  if (!graph.ok()) return std::string(graph.status().message());
  MakeActivationsUnsigned(*graph);
  const Status status = Verify(*graph);
  return status.ok() ? Print(*graph) : std::string(status.message());
}

bool Holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(MakeActivationsUnsigned, AddsToTheZeroPointsOnBothSides) {
  const std::string text = Converted(R"(
    y = Dequantize(q, s, low)
    output y
  )");
  EXPECT_TRUE(Holds(text, "const q.zero_point u8[]{131}")) << text;
  EXPECT_TRUE(Holds(text, "const q.zero_point_1 u8[]{0}")) << text;
  EXPECT_TRUE(Holds(text, "q u8[1,4,4,2] = Quantize(x, s, q.zero_point)"));
  EXPECT_TRUE(Holds(text, "y f32[1,4,4,2] = Dequantize(q, s, q.zero_point_1)"));
}

TEST(MakeActivationsUnsigned, TakesAMissingZeroPointFor0) {
  const std::string text = Converted(R"(
    y = Dequantize(q, s)
    w = Dequantize(q, s2, _) axis=3
    output y
    output w
  )");
  EXPECT_TRUE(Holds(text, "const q.zero_point_1 u8[]{128}")) << text;
  EXPECT_TRUE(Holds(text, "const q.zero_point_2 u8[2]{128, 128}")) << text;
}

TEST(MakeActivationsUnsigned, KeepsZeroPointsOfEveryChannel) {
  const std::string text = Converted(R"(
    p = Quantize(x, s2, z2) axis=3
    y = Dequantize(p, s2, z2) axis=3
    output y
  )");
  EXPECT_TRUE(Holds(text, "const p.zero_point u8[2]{0, 255}")) << text;
  EXPECT_TRUE(Holds(text, "Quantize(x, s2, p.zero_point) axis=3")) << text;
}

constexpr const char* kMoves[] = {
    "Pool(q) kernel=[2,2]",
    "Resize(q) size=[8,8]",
    "Reshape(q) dims=[-1]",
    "Transpose(q) perm=[3,2,1,0]",
    "Slice(q) starts=[0,1,0,0] sizes=[1,2,4,2] steps=[1,1,1,1]",
    "Concat(q, q) axis=3",
    "Gather(q, i) axis=0",
    "Expand(q) dims=[2,4,4,2]",
    "Tile(q) repeats=[2,1,1,1]",
};

TEST(MakeActivationsUnsigned, GoesThroughWhateverOnlyMovesData) {
  for (const char* move : kMoves) {
    const std::string text = Converted(
        std::string("m = ") + move + "\ny = Dequantize(m, s, z3)\noutput y\n");
    EXPECT_TRUE(Holds(text, "\nm u8[")) << text;
    EXPECT_TRUE(Holds(text, "\nq u8[")) << text;
    EXPECT_TRUE(Holds(text, "const m.zero_point u8[]{131}")) << text;
  }
}

// Where one of the connected values must stay signed, all stay.
constexpr const char* kObstacles[] = {
    "y = Dequantize(q, s, z3)\noutput y\noutput q\n",
    "y = Dequantize(q, s, z)\noutput y\n",
    "m = Concat(q, given) axis=3\ny = Dequantize(m, s, z3)\noutput y\n",
    "m = Concat(q, fixed) axis=3\ny = Dequantize(m, s, z3)\noutput y\n",
    "m = Cast(q) to=s32\noutput m\n",
    "m = Unary(q)\ny = Dequantize(m, s, z3)\noutput y\n",
    "m = Binary(q, q)\ny = Dequantize(m, s, z3)\noutput y\n",
    ("m = Pad(q) before=[0,1,0,0] after=[0,0,0,0]\n"
     "y = Dequantize(m, s, z3)\noutput y\n"),
    "m = Reshape(q) dims=[-1]\noutput m\n",
};

TEST(MakeActivationsUnsigned, LeavesWhatIsConnectedWithOtherUses) {
  for (const char* obstacle : kObstacles) {
    const std::string text = Converted(obstacle);
    EXPECT_TRUE(Holds(text, "\nq s8[1,4,4,2] = Quantize(x, s, z3)")) << text;
    EXPECT_FALSE(Holds(text, "u8[")) << text;
  }
}

TEST(MakeActivationsUnsigned, ConvertsOneGroupAndLeavesAnother) {
  const std::string text = Converted(R"(
    y = Dequantize(q, s, z3)
    kept = Quantize(x, s, low)
    output y
    output kept
  )");
  EXPECT_TRUE(Holds(text, "\nq u8[")) << text;
  EXPECT_TRUE(Holds(text, "\nkept s8[1,4,4,2] = Quantize(x, s, low)")) << text;
}

TEST(MakeActivationsUnsigned, LeavesUnsignedActivationsAlone) {
  const std::string lines =
      "u = Quantize(x, s)\ny = Dequantize(u, s)\noutput y\n";
  const std::string text = Converted(lines);
  EXPECT_TRUE(Holds(text, "u u8[1,4,4,2] = Quantize(x, s)\n")) << text;
  EXPECT_TRUE(Holds(text, "y f32[1,4,4,2] = Dequantize(u, s)\n")) << text;
}

}  // namespace
}  // namespace octet::compile
