#include "compile/plan/quantized_relu.h"

#include <gtest/gtest.h>

#include <string>

#include "compile/ir/testing/must_parse.h"

namespace octet::compile {
namespace {

// The function that `c` is left with.
FunctionKind Restored(const std::string& zero, const std::string& body) {
  Graph graph = MustParse("graph \"qdq\"\nconst s f32[]{0.5}\nconst z " + zero +
                          "\nconst w f32[2,1,1,3]{1, 2, 3, 4, 5, 6}\n"
                          "input x f32[1,4,4,3]\n" +
                          body);
  RestoreRelus(graph);
  for (const Node& node : graph.nodes) {
    if (node.name != "c") continue;
    const Fusion& fusion = std::get<Conv>(node.op).fusion;
    return fusion.residual ? fusion.after.kind : fusion.before.kind;
  }
  ADD_FAILURE() << "no node c";
  return FunctionKind::kCount;
}

constexpr const char* kAlone =
    "c f32[1,4,4,2] = Conv(x, w, _) name=c\n"
    "q = Quantize(c, s, z) axis=3\n"
    "y = Dequantize(q, s, z) axis=3\noutput y\n";

TEST(RestoreRelus, GivesAProductWhatItsQuantizerCutsOff) {
  EXPECT_EQ(Restored("u8[]{0}", kAlone), FunctionKind::kRelu);
  EXPECT_EQ(Restored("s8[]{-128}", kAlone), FunctionKind::kRelu);
  EXPECT_EQ(Restored("u8[]{0}",
                     "r f32[1,4,4,2] = Conv(x, w, _)\n"
                     "c f32[1,4,4,2] = Conv(x, w, _, r) residual=true name=c\n"
                     "q = Quantize(c, s, z) axis=3\n"
                     "y = Dequantize(q, s, z) axis=3\noutput y\noutput r\n"),
            FunctionKind::kRelu);
}

TEST(RestoreRelus, LeavesCodesThatMayBeNegative) {
  EXPECT_EQ(Restored("u8[]{20}", kAlone), FunctionKind::kIdentity);
  EXPECT_EQ(Restored("s8[]{0}", kAlone), FunctionKind::kIdentity);
}

TEST(RestoreRelus, LeavesWhatOthersReadAsItIs) {
  const std::string alone = kAlone;
  EXPECT_EQ(Restored("u8[]{0}", alone + "output c\n"), FunctionKind::kIdentity);
  EXPECT_EQ(
      Restored("u8[]{0}", alone + "n = Unary(c) function=neg\noutput n\n"),
      FunctionKind::kIdentity);
}

TEST(RestoreRelus, LeavesAProductThatHasAFunction) {
  std::string text = kAlone;
  text.insert(text.find(" name=c"), " before=silu");
  EXPECT_EQ(Restored("u8[]{0}", text), FunctionKind::kSilu);
}

}  // namespace
}  // namespace octet::compile
