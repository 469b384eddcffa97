#include "engine/testing/every_step.h"

#include "engine/packed_size.h"

namespace octet::engine {
namespace {

constexpr int64_t kSide = 6;
constexpr int64_t kChannels = 8;

// Small whole numbers, the same on every machine.
template <typename T>
std::vector<T> Pattern(int64_t n, int64_t span, int64_t shift) {
  std::vector<T> elements;
  for (int64_t i = 0; i < n; ++i) {
    elements.push_back(T((i * 7 + i / 5) % span - shift));
  }
  return elements;
}

std::unique_ptr<Window> Slide3x3() {
  return std::make_unique<Window>(3, 3, 1, 1, 1, 1, 1, 1);
}

// Builds the program, kind by kind.
class Builder {
 public:
  Builder() {
    image_ = U8("image", {1, kSide, kSide, kChannels});
    real_ = p_.Add("real", DType::F32, {1, kSide, kSide, kChannels});
    p_.Input(image_);
    p_.Input(real_);
  }

  TestProgram Build() {
    AddConvolutions();
    AddElementwise();
    AddReductions();
    AddMovement();
    AddHalves();
    return std::move(p_);
  }

 private:
  int U8(const std::string& name, std::vector<int64_t> dims) {
    return p_.AddU8(name, std::move(dims), {0.05f}, {100});
  }
  int U8Output(const std::string& name, std::vector<int64_t> dims) {
    return Out(U8(name, std::move(dims)));
  }
  int F32Output(const std::string& name, std::vector<int64_t> dims) {
    return Out(p_.Add(name, DType::F32, std::move(dims)));
  }
  int Out(int value) {
    p_.Output(value);
    return value;
  }

  // Adds a step of x and y, and whatever else `more` sets.
  template <typename P, typename More>
  void Step(int x, int y, More more) {
    P params;
    params.x = x;
    params.y = y;
    more(params);
    p_.AddStep(std::move(params));
  }
  template <typename P>
  void Step(int x, int y) {
    Step<P>(x, y, [](P&) {});
  }

  void AddConvolutions();
  void AddHalves();
  void AddElementwise();
  void AddReductions();
  void AddMovement();

  TestProgram p_;
  int image_, real_;
};

void Builder::AddConvolutions() {
  const Window window = *Slide3x3();
  Step<ConvU8T>(
      image_, U8Output("conv_u8", {1, kSide, kSide, 20}), [&](ConvU8T& p) {
        p.window = Slide3x3();
        p.x_zero = 100;
        const int64_t n = *PackedConvU8Size(20, kChannels, 1, window, 1);
        p.weight = p_.Constant("w", Pattern<int8_t>(n, 21, 10));
        p.epilogue = ClampEpilogue(p_, 20, 16, 0.01f, 100);
      });
  Step<DepthwiseU8T>(
      image_, U8Output("depthwise_u8", {1, kSide, kSide, kChannels}),
      [&](DepthwiseU8T& p) {
        p.window = Slide3x3();
        p.x_zero = p_.Constant<uint8_t>("x_zero", 64, 100);
        p.weight = p_.Constant("w", Pattern<int8_t>(int64_t{9} * 64, 11, 5));
        p.epilogue = ClampEpilogue(p_, kChannels, 64, 0.01f, 100);
      });
  Step<ConvF32T>(
      real_, F32Output("conv_f32", {1, kSide, kSide, 20}), [&](ConvF32T& p) {
        p.window = Slide3x3();
        const int64_t n = *PackedConvF32Size(20, kChannels, 1, window);
        p.weight = p_.Constant("w", Pattern<float>(n, 21, 10));
        p.bias = p_.Constant("b", Pattern<float>(20, 9, 4));
      });
  Step<DepthwiseF32T>(
      real_, F32Output("depthwise_f32", {1, kSide, kSide, kChannels}),
      [&](DepthwiseF32T& p) {
        p.window = Slide3x3();
        p.weight = p_.Constant("w", Pattern<float>(int64_t{9} * 16, 11, 5));
        p.residual = real_;
      });
}

// On f16 and bf16, with y in 16 bits and in 32.
void Builder::AddHalves() {
  const Window window = *Slide3x3();
  const std::vector<int64_t> dims = {1, kSide, kSide, kChannels};
  const int f16 = p_.Add("f16", DType::F16, dims);
  const int bf16 = p_.Add("bf16", DType::BF16, dims);
  Step<CastT>(real_, f16);
  Step<CastT>(real_, bf16);
  Step<ConvHalfT>(
      f16, F32Output("conv_half", {1, kSide, kSide, 20}), [&](ConvHalfT& p) {
        p.window = Slide3x3();
        const int64_t n = *PackedConvHalfSize(20, kChannels, 1, window);
        p.weight = p_.Constant("w", DType::F16, Pattern<uint16_t>(n, 999, 0));
        p.bias = p_.Constant("b", Pattern<float>(20, 9, 4));
      });
  Step<DepthwiseHalfT>(bf16, Out(p_.Add("depthwise_half", DType::BF16, dims)),
                       [&](DepthwiseHalfT& p) {
                         p.window = Slide3x3();
                         p.weight = p_.Constant(
                             "w", DType::BF16,
                             Pattern<uint16_t>(int64_t{9} * 16, 999, 0));
                         p.residual = bf16;
                       });
  const int64_t pixels = kSide * kSide;
  AttentionHalfT attention;
  attention.a = p_.AddAlias("half_rows", bf16, {pixels, kChannels});
  attention.b = p_.AddAlias("half_columns", bf16, {kChannels, pixels});
  attention.c = attention.a;
  attention.y = Out(p_.Add("attention_half", DType::BF16, {pixels, kChannels}));
  attention.residual = p_.Constant<float>("half_keys", pixels, -1.0f);
  p_.AddStep(std::move(attention));
}

void Builder::AddElementwise() {
  const std::vector<int64_t> dims = {1, kSide, kSide, kChannels};
  BinaryF32T sum;
  sum.a = real_;
  sum.b = p_.Constant("b", Pattern<float>(kChannels, 5, 2));
  sum.y = F32Output("binary_f32", dims);
  p_.AddStep(std::move(sum));
  BinaryF32T of_codes;
  of_codes.a = real_;
  of_codes.b = image_;
  of_codes.y = U8Output("binary_codes", dims);
  p_.AddStep(std::move(of_codes));
  Step<UnaryF32T>(real_, F32Output("unary_f32", dims), [](UnaryF32T& p) {
    p.function = FromFunction({FunctionKind::kSilu});
  });
  BinaryU8T product;
  product.a = image_;
  product.b = image_;
  product.y = U8Output("binary_u8", dims);
  product.op = 2;
  p_.AddStep(product);
  Step<TableU8T>(image_, U8Output("table_u8", dims), [&](TableU8T& p) {
    p.table = p_.Constant("t", Pattern<uint8_t>(256, 256, 0));
  });
  Step<QuantizeT>(real_, U8Output("quantize", dims));
  Step<DequantizeT>(image_, F32Output("dequantize", dims));
  const int other = p_.AddU8("requantize", dims, {0.03f}, {7});
  Step<RequantizeT>(image_, Out(other));
  Step<CastT>(real_, Out(p_.Add("cast", DType::S32, dims)));
}

void Builder::AddReductions() {
  const int64_t pixels = kSide * kSide;
  const int rows = p_.AddAlias("rows", real_, {pixels, kChannels});
  const int columns = p_.AddAlias("columns", real_, {kChannels, pixels});
  MatMulF32T product;
  product.a = rows;
  product.b = columns;
  product.y = F32Output("matmul_f32", {pixels, pixels});
  product.residual = p_.Constant<float>("mask", pixels, -1.0f);
  p_.AddStep(std::move(product));
  AttentionF32T attention;
  attention.a = rows;
  attention.b = columns;
  attention.c = rows;
  attention.y = F32Output("attention_f32", {pixels, kChannels});
  attention.residual = p_.Constant<float>("keys", pixels, -1.0f);
  p_.AddStep(std::move(attention));
  const int codes = p_.AddAlias("code_rows", image_, {pixels, kChannels});
  AttentionU8T coded;
  coded.a = codes;
  coded.b = p_.AddAlias("code_columns", image_, {kChannels, pixels});
  coded.c = codes;
  coded.y = U8Output("attention_u8", {pixels, kChannels});
  coded.residual = p_.Constant<float>("code_keys", pixels, -1.0f);
  MatMulU8T coded_product;
  coded_product.a = coded.a;
  coded_product.b = coded.b;
  coded_product.y = U8Output("matmul_u8", {pixels, pixels});
  p_.AddStep(std::move(coded));
  p_.AddStep(std::move(coded_product));
  Step<PoolT>(image_, U8Output("pool", {1, 2, 2, kChannels}), [](PoolT& p) {
    p.kind = PoolKind::Average;
    p.window = std::make_unique<Window>(3, 3, 3, 3, 1, 1, 0, 0);
  });
  Step<SoftmaxT>(rows, F32Output("softmax", {pixels, kChannels}),
                 [](SoftmaxT& p) { p.axis = 1; });
  Step<LayerNormT>(rows, F32Output("layer_norm", {pixels, kChannels}),
                   [&](LayerNormT& p) {
                     p.scale = p_.Constant<float>("s", kChannels, 1.5f);
                     p.epsilon = 1e-5f;
                   });
  Step<SoftmaxT>(rows, U8Output("softmax_codes", {pixels, kChannels}),
                 [](SoftmaxT& p) { p.axis = 1; });
  Step<LayerNormT>(rows, U8Output("layer_norm_codes", {pixels, kChannels}),
                   [&](LayerNormT& p) {
                     p.scale = p_.Constant<float>("s", kChannels, 1.5f);
                     p.epsilon = 1e-5f;
                   });
  Step<ReduceT>(real_, F32Output("reduce", {1, kChannels}), [](ReduceT& p) {
    p.axes = {1, 2};
  });
}

void Builder::AddMovement() {
  // Transposes to NCHW.
  Step<StridedCopyT>(real_, F32Output("copy", {1, kChannels, kSide, kSide}),
                     [](StridedCopyT& p) {
                       p.extents = {kChannels, kSide, kSide};
                       p.x_strides = {1, kSide * kChannels, kChannels};
                       p.y_strides = {kSide * kSide, kSide, 1};
                     });
  FillT fill;
  fill.y = F32Output("fill", {3, 5});
  fill.bits = 0x3f800000;  // 1.0f
  p_.AddStep(fill);
  GatherT gather;
  gather.x = p_.AddAlias("table", real_, {kSide * kSide, kChannels});
  gather.indices = p_.Constant("i", std::vector<int64_t>{3, 0, -1, 3});
  gather.y = F32Output("gather", {4, kChannels});
  p_.AddStep(gather);
  Step<ResizeT>(image_, U8Output("resize", {1, 12, 12, kChannels}),
                [](ResizeT& p) {
                  p.scale_h = 2;
                  p.scale_w = 2;
                  p.mode = 1;
                });
}

}  // namespace

TestProgram EveryStep() { return Builder().Build(); }

}  // namespace octet::engine
