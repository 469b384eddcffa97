// What makes or takes shapes, with numbers, symbols and data in them.
#include "compile/ir/infer_testing.h"

namespace octet::compile {
namespace {

constexpr const char* kShapesValues = R"(
  input x f32[N,C,4,6]
  input m f32[4,6]
  input batch f32[N,24]
  input empty f32[0,4]
  input any f32[...]
  input shape s64[3]
  input loose s64[R]
  input square s64[2,2]
  input f f32[2]
  input huge f32[4294967296,3]
  const two s64[2]{2, -1}
  const copy s64[3]{0, -1, 3}
  const nine s64[9]{fill=1}
  const ones s64[2]{4, 1}
  const negative s64[2]{2, -3}
  const i0 s64[]{0}
  const i1 s64[]{1}
  const i3 s64[]{3}
  const i10 s64[]{10}
  const minus2 s64[]{-2}
  const list s64[2]{1, 2}
  const most s64[]{9223372036854775807}
  const least s64[]{-9223372036854775808}
  const f1 f32[]{1}
  const none s64[0]{}
  s = ShapeOf(x)
  n = ShapeOf(x) start=0 end=1
)";

TEST(InferReshape, FillsInWhatIsLeft) {
  const InferRow types[] = {
      {"Reshape(m) dims=[24]", "f32[24]"},
      {"Reshape(m) dims=[-1]", "f32[24]"},
      {"Reshape(m) dims=[0,2,-1]", "f32[4,2,3]"},
      {"Reshape(m) dims=[3,-1,1,1]", "f32[3,8,1,1]"},
      {"Reshape(x) dims=[0,0,-1]", "f32[N,C,24]"},
      {"Reshape(x) dims=[0,-1,4,6]", "f32[N,C,4,6]"},
      {"Reshape(x) dims=[-1,0,4,6]", "f32[N,C,4,6]"},
      // N times C has no name.
      {"Reshape(x) dims=[-1,24]", "f32[y.0,24]"},
      {"Reshape(x) dims=[0,-1]", "f32[N,y.1]"},
      {"Reshape(batch) dims=[-1,4,6]", "f32[N,4,6]"},
      {"Reshape(batch) dims=[-1]", "f32[y.0]"},
      {"Reshape(empty) dims=[0,4]", "f32[0,4]"},
      {"Reshape(any) dims=[2,-1]", "f32[2,y.1]"},
      {"Reshape(any) dims=[0,3]", "f32[y.0,3]"},
      {"Reshape(f1) dims=[]", "f32[]"},
  };
  ExpectTypes(kShapesValues, types);
}

TEST(InferReshape, TakesItsShapeFromAnInput) {
  const InferRow types[] = {
      {"Reshape(m, two)", "f32[2,12]"},
      {"Reshape(m, copy)", "f32[4,2,3]"},
      {"Reshape(m, shape)", "f32[y.0,y.1,y.2]"},
      {"Reshape(m, loose)", "f32[...]"},
      {"Reshape(x, s)", "f32[N,C,4,6]"},
      {"Reshape(any, s)", "f32[N,C,4,6]"},
      {"Reshape(f1, none)", "f32[]"},
  };
  ExpectTypes(kShapesValues, types);
  const InferRow nodes[] = {
      {"Reshape(m, two)", "Reshape(m) dims=[2,-1]"},
      {"Reshape(m, copy)", "Reshape(m) dims=[0,-1,3]"},
      // A symbol in its own place is copied.
      {"Reshape(x, s)", "Reshape(x) dims=[0,0,4,6]"},
      {"Reshape(any, s)", "Reshape(any, s)"},
      {"Reshape(m, shape)", "Reshape(m, shape)"},
  };
  ExpectNodes(kShapesValues, nodes);
}

TEST(InferReshape, RefusesWhatDoesNotFit) {
  const InferRow errors[] = {
      {"Reshape(m) dims=[5,-1]", "[4, 6] does not become [5, ?]"},
      {"Reshape(m) dims=[5,5]", "[4, 6] does not become [5, 5]"},
      {"Reshape(empty) dims=[-1,0,0]", "dimension 2 is copied from [0, 4]"},
      {"Reshape(empty) dims=[0,-1]", "does not become"},
      {"Reshape(empty) dims=[2,0]", "[0, 4] does not become [2, 4]"},
      {"Reshape(m) dims=[-1,-1]", "a dimension below -1, or -1 twice"},
      {"Reshape(m) dims=[-2,12]", "a dimension below -1, or -1 twice"},
      {"Reshape(m, nine)", "9 dimensions, at most 8"},
      {"Reshape(m, negative)", "a dimension below -1"},
      {"Reshape(m, f)", "input 1 ('f') is f32, expected s64"},
      {"Reshape(m, square)", "expected 1 dimensions"},
  };
  ExpectErrors(kShapesValues, errors);
}

TEST(InferExpand, BroadcastsBothWays) {
  const InferRow types[] = {
      {"Expand(m) dims=[3,1,6]", "f32[3,4,6]"},
      {"Expand(m) dims=[1]", "f32[4,6]"},
      {"Expand(m) dims=[]", "f32[4,6]"},
      {"Expand(x) dims=[1,1,1,1]", "f32[N,C,4,6]"},
      {"Expand(f1) dims=[2,0]", "f32[2,0]"},
      {"Expand(f1, s)", "f32[N,C,4,6]"},
      {"Expand(m, ones)", "f32[4,6]"},
      {"Expand(f1, shape)", "f32[y.0,y.1,y.2]"},
      {"Expand(f1, loose)", "f32[...]"},
      {"Expand(any) dims=[2]", "f32[...]"},
  };
  ExpectTypes(kShapesValues, types);
  const InferRow errors[] = {
      {"Expand(m) dims=[5,6]", "[4, 6] does not expand to [5, 6]"},
      {"Expand(m) dims=[4,-1]", "a negative dimension"},
      {"Expand(m, two)", "a negative dimension"},
      {"Expand(m) dims=[1,1,1,1,1,1,1,1,1]", "9 dimensions, at most 8"},
      {"Expand(f1) dims=[65536,65537]", "more than 4294967296 elements"},
  };
  ExpectErrors(kShapesValues, errors);
}

TEST(InferShapeOf, TakesARangeOfAxes) {
  const InferRow rows[] = {
      {"ShapeOf(x)", "ShapeOf(x) end=4"},
      {"ShapeOf(x) start=1", "ShapeOf(x) start=1 end=4"},
      {"ShapeOf(x) start=-1", "ShapeOf(x) start=3 end=4"},
      {"ShapeOf(x) start=-9 end=-1", "ShapeOf(x) end=3"},
      {"ShapeOf(x) start=3 end=1", "ShapeOf(x) start=3 end=3"},
      {"ShapeOf(x) start=9", "ShapeOf(x) start=4 end=4"},
      {"ShapeOf(any) start=1", "ShapeOf(any) start=1"},
  };
  ExpectNodes(kShapesValues, rows);
  const InferRow types[] = {
      {"ShapeOf(x)", "s64[4]"},
      {"ShapeOf(x) start=3 end=1", "s64[0]"},
      {"ShapeOf(f1)", "s64[0]"},
      {"ShapeOf(any)", "s64[y.0]"},
  };
  ExpectTypes(kShapesValues, types);
}

TEST(InferConstantOfShape, HasTheShapeThatItsInputNames) {
  const InferRow types[] = {
      {"ConstantOfShape(list)", "f32[1,2]"},
      {"ConstantOfShape(list) dtype=s64", "s64[1,2]"},
      {"ConstantOfShape(s)", "f32[N,C,4,6]"},
      {"ConstantOfShape(none)", "f32[]"},
      {"ConstantOfShape(shape)", "f32[y.0,y.1,y.2]"},
      {"ConstantOfShape(loose)", "f32[...]"},
  };
  ExpectTypes(kShapesValues, types);
  const InferRow errors[] = {
      {"ConstantOfShape(two)", "dimension 1 is -1"},
      {"ConstantOfShape(nine)", "9 dimensions, at most 8"},
      {"ConstantOfShape(f)", "is f32, expected s64"},
      {"ConstantOfShape(square)", "expected 1 dimensions"},
  };
  ExpectErrors(kShapesValues, errors);
}

TEST(InferRange, CountsItsSteps) {
  const InferRow types[] = {
      {"Range(i0, i10, i3)", "s64[4]"},
      {"Range(i1, i10, i3)", "s64[3]"},
      {"Range(i10, i0, i3)", "s64[0]"},
      {"Range(i10, i0, minus2)", "s64[5]"},
      {"Range(i0, i10, minus2)", "s64[0]"},
      {"Range(i3, i3, i1)", "s64[0]"},
      {"Range(f1, f1, f1)", "f32[y.0]"},
      // The whole way does not fit into 64 bits.
      {"Range(least, most, most)", "s64[3]"},
  };
  ExpectTypes(kShapesValues, types);
  const InferRow errors[] = {
      {"Range(i0, i10, i0)", "delta is 0"},
      {"Range(i0, f1, i1)", "input 1 ('f1') is f32, expected s64"},
      {"Range(i0, most, i1)", "its output is too big"},
      {"Range(list, i10, i1)", "must be scalars"},
      {"Range(i0, i10)", "2 inputs, expected 3 to 3"},
  };
  ExpectErrors(kShapesValues, errors);
}

// Sizes stay far from where their bytes overflow.
TEST(InferShapes, BoundsWhatAnyNodeMakes) {
  const InferRow errors[] = {
      {"Unary(huge)", "its output has shape [4294967296, 3], more than"},
      {"Concat(huge, huge) axis=1", "more than 4294967296 elements"},
      {"Transpose(huge) perm=[1,0]", "more than 4294967296 elements"},
  };
  ExpectErrors(kShapesValues, errors);
}

// Batch arithmetic as exporters write it: the size comes from N and stays N.
TEST(InferShapes, KeepsASymbolThroughArithmetic) {
  const std::string values = std::string(kShapesValues) + R"(
  const one s64[1]{1}
  const rest s64[1]{-1}
  same = Binary(n, one) op=mul
  joined = Concat(same, rest) axis=0
)";
  const InferRow types[] = {{"Reshape(x, joined)", "f32[N,y.1]"},
                            {"Reshape(batch, joined)", "f32[N,24]"}};
  ExpectTypes(values, types);
}

}  // namespace
}  // namespace octet::compile
