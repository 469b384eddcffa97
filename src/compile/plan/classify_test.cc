#include "compile/plan/classify.h"

#include "compile/plan/testing/plans.h"

namespace octet::compile {
namespace {

// One node that makes y, with what it may read.
struct Case {
  const char* node;
  Role role;
  const char* why;  // where kFloat
};
const Case kCases[] = {
    {"y = Conv(x, w, _)", Role::kProduct, ""},
    {"y = Conv(x, g, _) group=2", Role::kProduct, ""},
    {"y = Conv(x, d, _) group=8", Role::kDepthwise, ""},
    {"y = Conv(x, d2, _) group=8", Role::kProduct, ""},
    {"y = Conv(x, v, _)", Role::kFloat, "Conv by computed weights"},
    {"y = MatMul(x, m, _)", Role::kProduct, ""},
    {"y = MatMul(x, m3, _)", Role::kFloat, "MatMul by a stack of matrices"},
    {"y = MatMul(x, z, _)", Role::kArithmetic, ""},
    {"y = MatMul(x, z, s)", Role::kFloat, "MatMul by computed weights"},
    {"y = MatMul(x, z, _) after=relu", Role::kFloat,
     "MatMul by computed weights"},
    {"y = MatMul(k, z, _)", Role::kFloat, "MatMul by computed weights"},
    {"y = Unary(x) function=silu", Role::kArithmetic, ""},
    {"y = Binary(x, x) op=add", Role::kArithmetic, ""},
    {"y = Binary(x, p) op=mul", Role::kArithmetic, ""},
    {"y = Binary(p, x) op=mul", Role::kArithmetic, ""},
    {"y = Binary(x, p) op=sub", Role::kArithmetic, ""},
    {"y = Binary(p, x) op=sub", Role::kFloat, "Binary"},
    {"y = Binary(x, q) op=add", Role::kFloat, "Binary"},
    {"y = Binary(x, x) op=div", Role::kFloat, "Binary"},
    {"y = Binary(x, x) op=add after=relu", Role::kArithmetic, ""},
    {"y = Binary(x, x) op=add after=silu", Role::kFloat, "Binary"},
    {"y = Binary(x, c) op=mul", Role::kFloat, "Binary with a constant"},
    {"y = Binary(c, x) op=mul", Role::kFloat, "Binary with a constant"},
    {"y = Pool(x) kernel=[2,2]", Role::kMover, ""},
    {"y = Pool(x) op=average kernel=[2,2]", Role::kArithmetic, ""},
    {"y = Reduce(x) axes=[1,2]", Role::kArithmetic, ""},
    {"y = Reduce(x) axes=[1,2] keep_dims=false", Role::kArithmetic, ""},
    {"y = Reduce(x) axes=[1]", Role::kFloat, "Reduce"},
    {"y = Reduce(x) op=max axes=[1,2]", Role::kFloat, "Reduce"},
    {"y = Softmax(x) axis=3", Role::kFloat, "Softmax"},
    {"y = Attention(x, z, x)", Role::kArithmetic, ""},
    {"y = Attention(x, z, x, s)", Role::kArithmetic, ""},
    {"y = Attention(k, z, x)", Role::kFloat, "Attention with a constant"},
    {"y = Attention(x, z, k)", Role::kFloat, "Attention with a constant"},
    {"y = Transpose(x) perm=[0,3,1,2]", Role::kMover, ""},
    {"y = Pad(x) before=[0,1,0,0] after=[0,0,0,0]", Role::kMover, ""},
    {"y = Pad(x) before=[0,1,0,0] after=[0,0,0,0] value=1", Role::kFloat,
     "Pad"},
    {"y = Resize(x) scales=[2,2] size=[8,8]", Role::kMover, ""},
    {"y = Resize(x) mode=linear scales=[2,2] size=[8,8]", Role::kFloat,
     "Resize"},
    {"y = Concat(x, x) axis=3", Role::kMover, ""},
    {"y = Concat(x, k) axis=3", Role::kMover, ""},
    {"y = Concat(k, k) axis=3", Role::kFloat, "Concat of a constant"},
    {"y = Gather(x, i) axis=3", Role::kMover, ""},
    {"y = Gather(k, i) axis=3", Role::kFloat, "Gather of a constant"},
    {"y = Expand(k) dims=[2,4,4,8]", Role::kFloat, "Expand of a constant"},
    {"y = Gather(i, i) axis=0", Role::kFloat, "Gather of s64"},
};

Graph GraphOf(std::string_view node) {
  return MustParse(
      "graph \"g\"\ninput x f32[1,4,4,8]\ninput v f32[8,1,1,8]\n"
      "input z f32[1,4,8,4]\ninput p f32[1,1,1,8]\ninput q f32[1,1,4,8]\n"
      "input s f32[4]\ninput i s64[2]\n"
      "const w f32[8,1,1,8]{seed=1}\nconst g f32[8,1,1,4]{seed=1}\n"
      "const d f32[8,1,1,1]{seed=1}\nconst d2 f32[16,1,1,1]{seed=1}\n"
      "const m f32[8,8]{seed=1}\nconst m3 f32[4,8,8]{seed=1}\n"
      "const c f32[8]{seed=1}\nconst k f32[1,4,4,8]{seed=1}\n" +
      std::string(node) + "\noutput y\n");
}

TEST(Classify, KnowsTheRoleOfEveryKind) {
  for (const Case& c : kCases) {
    const Graph graph = GraphOf(c.node);
    EXPECT_EQ(int(Classify(graph, graph.nodes[0])), int(c.role)) << c.node;
  }
}

TEST(WhyFloat, SaysWhatIsSpecialAboutTheNode) {
  for (const Case& c : kCases) {
    if (c.role != Role::kFloat) continue;
    const Graph graph = GraphOf(c.node);
    EXPECT_EQ(WhyFloat(graph, graph.nodes[0]), c.why) << c.node;
  }
}

TEST(CountMacs, MultipliesTheOutputByTheTapsOfOneSum) {
  const struct {
    const char* node;
    int64_t per_sum, macs;
  } kSums[] = {
      {"y = Conv(x, w, _)", 8, int64_t{8} * 4 * 4 * 8},
      {"y = Conv(x, g, _) group=2", 4, int64_t{4} * 4 * 4 * 8},
      {"y = Conv(x, d, _) group=8", 1, int64_t{4} * 4 * 8},
      {"y = MatMul(x, m, _)", 8, int64_t{8} * 4 * 4 * 8},
      {"y = MatMul(x, z, _)", 8, int64_t{8} * 4 * 4 * 4},
      {"y = Attention(x, z, x)", 0, int64_t{4} * 4 * 4 * (8 + 8)},
      {"y = Softmax(x) axis=3", 0, 0},
  };
  for (const auto& sum : kSums) {
    const Graph graph = GraphOf(sum.node);
    EXPECT_EQ(ProductsPerSum(graph, graph.nodes[0]), sum.per_sum) << sum.node;
    EXPECT_EQ(CountMacs(graph, graph.nodes[0]), sum.macs) << sum.node;
  }
}

// 2^23 elements and 66311 products are the most whose sums always fit.
TEST(WhyOverflow, CountsWhatIsSummed) {
  const struct {
    const char *input, *node, *why;
  } kSums[] = {
      {"[1,4096,2048,1]", "Pool(x) op=average kernel=[4096,2048]", ""},
      {"[1,4096,2049,1]", "Pool(x) op=average kernel=[4096,2049]",
       "an average of more than 8388608 elements"},
      {"[1,4096,2049,1]", "Pool(x) kernel=[4096,2049]", ""},
      {"[1,4096,2048,9]", "Reduce(x) axes=[1,2]", ""},
      {"[1,4096,2049,1]", "Reduce(x) axes=[1,2]",
       "an average of more than 8388608 elements"},
      {"[1,1,1,66311]", "Conv(x, w66311, _)", ""},
      {"[1,1,1,66312]", "Conv(x, w66312, _)",
       "sums of more than 66311 products"},
  };
  for (const auto& sum : kSums) {
    const Graph graph =
        MustParse("graph \"g\"\ninput x f32" + std::string(sum.input) +
                  "\nconst w66311 f32[1,1,1,66311]{seed=1}\n"
                  "const w66312 f32[1,1,1,66312]{seed=1}\ny = " +
                  sum.node + "\noutput y\n");
    EXPECT_EQ(WhyOverflow(graph, graph.nodes[0]), sum.why) << sum.node;
  }
}

TEST(WhyOverflow, CountsDepthAndKeysOfAnAttention) {
  const auto why = [](const std::string& depth, const std::string& keys) {
    const Graph graph =
        MustParse("graph \"g\"\ninput a f32[2," + depth + "]\ninput b f32[" +
                  depth + "," + keys + "]\ninput c f32[" + keys +
                  ",1]\ny = Attention(a, b, c)\noutput y\n");
    return WhyOverflow(graph, graph.nodes[0]);
  };
  EXPECT_EQ(why("33025", "33025"), "");
  EXPECT_EQ(why("33026", "2"), "sums of more than 33025 products");
  EXPECT_EQ(why("2", "33026"), "sums of more than 33025 products");
}

TEST(BehindSoftmax, FollowsEveryPathFromASoftmaxToWhereItWeighsFeatures) {
  const Graph graph = MustParse(R"(graph "g"
input x f32[1,8,8]
const w f32[8,8]{seed=1}
const bins f32[8]{seed=2}
a f32[1,8,8] = Unary(x) function=relu
s f32[1,8,8] = Softmax(a) axis=2
s_added f32[1,8,8] = Binary(s, a) op=add
s_scaled f32[1,8,8] = Binary(s, bins) op=mul
s_product f32[1,8,8] = MatMul(s, w, _)
s_squared f32[1,8,8] = Binary(s, s_scaled) op=mul
weighed f32[1,8,8] = MatMul(s, a, _)
gated f32[1,8,8] = Binary(a, s) op=mul
after f32[1,8,8] = MatMul(weighed, w, _)
again f32[1,8,8] = Softmax(after) axis=2
output s_added
output s_product
output s_squared
output gated
output again
)");
  const std::vector<bool> behind = BehindSoftmax(graph);
  for (size_t v = 0; v < graph.values.size(); ++v) {
    const std::string& name = graph.values[v].name;
    const bool expected = name[0] == 's' || name == "again";
    EXPECT_EQ(behind[v], expected) << name;
  }
}

}  // namespace
}  // namespace octet::compile
