// Convolution, pooling and resize: every attribute at its limits, with numbers,
// symbols and shapes that are not known.
#include "compile/ir/infer_testing.h"

namespace octet::compile {
namespace {

constexpr const char* kImagesValues = R"(
  input x f32[N,H,W,4]
  input wide f32[2,7,9,4]
  input thin f32[1,1,1,C]
  input any f32[...]
  input codes u8[1,6,6,3]
  input matrix f32[3,4]
  input weights f32[6,3,3,4]
  input loose f32[O,3,3,4]
  input residual f32[2,5,7,6]
  input batch_residual f32[M,5,7,6]
  input tall f32[2,5,7,5]
  const w f32[6,3,3,4]{seed=1}
  const point f32[5,1,1,4]{seed=1}
  const half f32[6,2,2,2]{seed=1}
  const deep f32[8,3,3,1]{seed=1}
  const empty f32[0,1,1,4]{}
  const flat f32[6,4]{seed=1}
  const bytes u8[6,3,3,4]{seed=1}
  const b6 f32[6]{fill=1}
  const b5 f32[5]{fill=1}
  const b1x6 f32[1,6]{fill=1}
  const i6 s64[6]{fill=1}
  const two f32[2]{2, 0.5}
  const three f32[3]{1, 2, 3}
  const size s64[2]{3, 5}
  const zero s64[2]{0, 5}
  input sizes s64[2]
  input scales f32[2]
)";

TEST(InferConv, FindsItsOutput) {
  const InferRow rows[] = {
      {"Conv(wide, w)", "f32[2,5,7,6]"},
      {"Conv(wide, weights)", "f32[2,5,7,6]"},
      {"Conv(wide, w, b6)", "f32[2,5,7,6]"},
      {"Conv(wide, point)", "f32[2,7,9,5]"},
      {"Conv(wide, half) group=2", "f32[2,6,8,6]"},
      {"Conv(wide, deep) group=4", "f32[2,5,7,8]"},
      {"Conv(wide, w) strides=[3,4]", "f32[2,2,2,6]"},
      // What a stride leaves over is dropped.
      {"Conv(wide, w) strides=[4,6]", "f32[2,2,2,6]"},
      {"Conv(wide, w) strides=[5,7]", "f32[2,1,1,6]"},
      {"Conv(wide, w) dilations=[3,4]", "f32[2,1,1,6]"},
      {"Conv(wide, w) pads=[1,0,0,2]", "f32[2,6,9,6]"},
      {"Conv(wide, w) pads=[0,0,5,5] strides=[2,2]", "f32[2,5,6,6]"},
      // A symbol stays where the window takes nothing away.
      {"Conv(x, w) pads=[1,1,1,1]", "f32[N,H,W,6]"},
      {"Conv(x, w) pads=[2,0,0,2]", "f32[N,H,W,6]"},
      {"Conv(x, w) pads=[2,2,2,2] dilations=[2,2]", "f32[N,H,W,6]"},
      {"Conv(x, w) pads=[1,1,1,1] strides=[2,1]", "f32[N,y.1,W,6]"},
      {"Conv(x, w)", "f32[N,y.1,y.2,6]"},
      {"Conv(x, point)", "f32[N,H,W,5]"},
      {"Conv(thin, point)", "f32[1,1,1,5]"},
      {"Conv(any, w)", "f32[y.0,y.1,y.2,6]"},
      {"Conv(wide, w, b6, residual) residual=true", "f32[2,5,7,6]"},
      {"Conv(wide, w, _, residual) residual=true", "f32[2,5,7,6]"},
      {"Conv(wide, w, _, batch_residual) residual=true", "f32[2,5,7,6]"},
      {"Conv(wide, w, _, any) residual=true", "f32[2,5,7,6]"},
  };
  ExpectTypes(kImagesValues, rows);
}

TEST(InferConv, RefusesWhatDoesNotFit) {
  const InferRow rows[] = {
      {"Conv(codes, w)", "input 0 ('codes') is u8, expected f32"},
      {"Conv(wide, bytes)", "input 1 ('bytes') is u8, expected f32"},
      {"Conv(matrix, w)", "input 0 ('matrix') has shape [3, 4], expected 4"},
      {"Conv(wide, flat)", "input 1 ('flat') has shape [6, 4], expected 4"},
      {"Conv(wide, any)", "the shape of its weights is not known"},
      {"Conv(wide, loose)", "the shape of its weights is not known"},
      {"Conv(wide, empty)", "its weights are empty"},
      {"Conv(wide, half)", "4 input channels, expected 1 groups of 2"},
      {"Conv(wide, w) group=2", "4 input channels, expected 2 groups of 4"},
      {"Conv(wide, w) group=0", "6 output channels in 0 groups"},
      {"Conv(wide, w) group=-2", "6 output channels in -2 groups"},
      {"Conv(wide, w) group=4", "6 output channels in 4 groups"},
      {"Conv(wide, w, b5)", "bias of 5 for 6 channels"},
      {"Conv(wide, w, b1x6)", "expected 1 dimensions"},
      {"Conv(wide, w, i6)", "input 2 ('i6') is s64, expected f32"},
      {"Conv(wide, w) strides=[0,1]", "must be 1 to 2^31"},
      {"Conv(wide, w) strides=[1,-1]", "must be 1 to 2^31"},
      {"Conv(wide, w) strides=[2147483649,1]", "must be 1 to 2^31"},
      {"Conv(wide, w) dilations=[1,0]", "must be 1 to 2^31"},
      {"Conv(wide, w) pads=[0,0,0,-1]", "pads must be 0 to 2^31"},
      {"Conv(wide, w) pads=[2147483649,0,0,0]", "pads must be 0 to 2^31"},
      {"Conv(wide, w) dilations=[4,1]", "does not fit into [2, 7, 9, 4]"},
      {"Conv(thin, w)", "does not fit into [1, 1, 1, C]"},
      {"Conv(wide, w, _, tall) residual=true",
       "residual of shape [2, 5, 7, 5] for an output of [2, 5, 7, 6]"},
      {"Conv(wide, w, _, matrix) residual=true", "expected 4 dimensions"},
      {"Conv(wide, w, _, codes) residual=true", "('codes') is u8"},
      {"Conv(wide, w, b6) residual=true", "a residual is input 3"},
      {"Conv(wide, w, b6, residual)", "a residual is input 3"},
      {"Conv(wide)", "1 inputs, expected 2 to 4"},
      {"Conv(_, w)", "input 0 is missing"},
      {"Conv(wide, w, _, _) residual=true", "input 3 is missing"},
      {"Conv(wide, w) pads=[2147483648,2147483648,2147483648,2147483648]",
       "more than 4294967296 elements"},
  };
  ExpectErrors(kImagesValues, rows);
}

TEST(InferPool, FindsItsOutput) {
  const InferRow rows[] = {
      {"Pool(wide)", "f32[2,7,9,4]"},
      {"Pool(codes) kernel=[2,2] strides=[2,2]", "u8[1,3,3,3]"},
      {"Pool(wide) kernel=[7,9]", "f32[2,1,1,4]"},
      {"Pool(wide) op=average kernel=[2,2] strides=[2,3]", "f32[2,3,3,4]"},
      {"Pool(wide) kernel=[3,3] strides=[2,2] pads=[1,1,1,1]", "f32[2,4,5,4]"},
      {"Pool(wide) kernel=[3,3] strides=[2,2] pads=[0,0,1,1]", "f32[2,3,4,4]"},
      {"Pool(x) kernel=[3,3] pads=[1,1,1,1]", "f32[N,H,W,4]"},
      {"Pool(x) kernel=[2,2] strides=[2,2]", "f32[N,y.1,y.2,4]"},
      {"Pool(thin)", "f32[1,1,1,C]"},
      {"Pool(any) kernel=[2,2]", "f32[y.0,y.1,y.2,y.3]"},
      {"Pool(wide) op=average kernel=[2,2] count_include_pad=true",
       "f32[2,6,8,4]"},
  };
  ExpectTypes(kImagesValues, rows);
}

TEST(InferPool, RefusesWhatDoesNotFit) {
  const InferRow rows[] = {
      {"Pool(codes) op=average", "input 0 ('codes') is u8, expected f32"},
      {"Pool(matrix)", "expected 4 dimensions"},
      {"Pool(wide) kernel=[8,1]", "does not fit into [2, 7, 9, 4]"},
      {"Pool(wide) kernel=[1,0]", "must be 1 to 2^31"},
      {"Pool(wide) kernel=[-3,1]", "must be 1 to 2^31"},
      {"Pool(wide) strides=[1,0]", "must be 1 to 2^31"},
      {"Pool(wide) pads=[0,-1,0,0]", "pads must be 0 to 2^31"},
      {"Pool(wide) kernel=[3,2] pads=[0,0,0,2]",
       "pads [0, 0, 0, 2], expected less than its window of 3x2"},
      {"Pool(wide, wide)", "2 inputs, expected 1 to 1"},
  };
  ExpectErrors(kImagesValues, rows);
}

TEST(InferResize, FindsItsOutput) {
  const InferRow rows[] = {
      {"Resize(wide)", "f32[2,7,9,4]"},
      {"Resize(wide) scales=[2,2]", "f32[2,14,18,4]"},
      {"Resize(wide) scales=[0.5,0.5]", "f32[2,3,4,4]"},
      // The size wins over the scale, each axis on its own.
      {"Resize(wide) scales=[2,2] size=[0,5]", "f32[2,14,5,4]"},
      {"Resize(codes) size=[1,100]", "u8[1,1,100,3]"},
      {"Resize(wide) mode=linear scales=[1.5,1]", "f32[2,10,9,4]"},
      {"Resize(x)", "f32[N,H,W,4]"},
      {"Resize(x) scales=[2,1]", "f32[N,y.1,W,4]"},
      {"Resize(x) size=[4,5]", "f32[N,4,5,4]"},
      {"Resize(any) size=[4,5]", "f32[y.0,4,5,y.3]"},
      {"Resize(wide, two)", "f32[2,14,4,4]"},
      {"Resize(wide, scales)", "f32[2,y.1,y.2,4]"},
      {"Resize(wide, _, size)", "f32[2,3,5,4]"},
      {"Resize(wide, scales, size)", "f32[2,3,5,4]"},
      {"Resize(wide, _, sizes)", "f32[2,y.1,y.2,4]"},
      {"Resize(x, _, size)", "f32[N,y.1,y.2,4]"},
  };
  ExpectTypes(kImagesValues, rows);
}

TEST(InferResize, WritesTheNumbersThatItKnows) {
  const InferRow rows[] = {
      {"Resize(wide) scales=[2,0.5]",
       "Resize(wide) scales=[2,0.5] size=[14,4]"},
      {"Resize(x) scales=[2,2]", "Resize(x) scales=[2,2]"},
      {"Resize(wide, two)", "Resize(wide) scales=[2,0.5] size=[14,4]"},
      {"Resize(x, two)", "Resize(x) scales=[2,0.5]"},
      {"Resize(codes, _, size)",
       "Resize(codes) scales=[0.5,0.8333333134651184] size=[3,5]"},
      // The scale of the formula is not known before the input's size is.
      {"Resize(x, _, size)", "Resize(x, _, size)"},
  };
  ExpectNodes(kImagesValues, rows);
}

TEST(InferResize, RefusesWhatDoesNotFit) {
  const InferRow rows[] = {
      {"Resize(matrix)", "expected 4 dimensions"},
      {"Resize(codes) mode=linear scales=[2,2]", "is u8, expected f32"},
      {"Resize(wide) scales=[-1,1]", "its scale is -1, expected a positive"},
      {"Resize(wide) scales=[1,nan]", "its scale is nan"},
      {"Resize(wide) scales=[inf,1] size=[3,3]", "its scale is inf"},
      {"Resize(wide) scales=[0.1,1]", "size 7 times 0.1"},
      {"Resize(wide) scales=[1e9,1]", "size 7 times 1000000000"},
      {"Resize(wide) size=[-1,2]", "its size is -1"},
      {"Resize(wide) size=[2147483649,2]", "its size is 2147483649"},
      {"Resize(wide, three)", "3 scales"},
      {"Resize(wide, size)", "input 1 ('size') is s64, expected f32"},
      {"Resize(wide, _, zero)", "its size is 0"},
  };
  ExpectErrors(kImagesValues, rows);
}

}  // namespace
}  // namespace octet::compile
