// int8 convolutions and matrix products: weights to codes, zero points and
// scales folded into the constants of the epilogue (numerics, "Convolution and
// matrix product, int8").
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "compile/lower/product.h"
#include "compile/lower/weights.h"
#include "kernels/conv_u8/conv_u8_pack.h"
#include "kernels/depthwise_u8/depthwise_u8_pack.h"

namespace octet::compile {
namespace {

// Everything per output channel that the epilogue is made from.
struct Channels {
  std::vector<int32_t> comp;         // padded
  std::vector<float> product_scale;  // fl(sx * sw)
  std::vector<float> bias;           // real units; zero where it is in comp
};

bool IsClamp(const Function& f) {
  return f.kind == FunctionKind::kIdentity || f.kind == FunctionKind::kRelu ||
         f.kind == FunctionKind::kClip;
}

// The ends of an interval of codes behind a clamping function. Both ends go
// through it: what it lets through may lie outside the interval altogether.
void ClampCodes(const Function& f, float scale, int32_t zero, uint8_t& low,
                uint8_t& high) {
  if (f.kind == FunctionKind::kIdentity) return;
  const bool relu = f.kind == FunctionKind::kRelu;
  const uint8_t least = relu ? uint8_t(zero) : QuantizeU8(f.alpha, scale, zero);
  const uint8_t most = relu ? 255 : QuantizeU8(f.beta, scale, zero);
  low = std::min(std::max(low, least), most);
  high = std::min(std::max(high, least), most);
}

// Spreads parameters over `n` channels.
template <typename T>
std::vector<T> Spread(const std::vector<T>& v, int64_t n) {
  return v.size() == 1 ? std::vector<T>(size_t(n), v[0]) : v;
}

class Int8Product {
 public:
  Int8Product(Lowering& lowering, const Node& node, Product product)
      : lowering_(lowering),
        builder_(lowering.builder),
        node_(node),
        product_(std::move(product)),
        pad_to_(product_.depthwise ? 64 : 16) {}

  Status Run() {
    const auto behind = lowering_.tables_behind.find(node_.outputs[0]);
    if (behind != lowering_.tables_behind.end()) behind_ = &behind->second;
    const Form& x = lowering_.InputForm(node_, 0);
    x_scale_ = x.quant.scale;
    x_zero_ = x.quant.zero_point;
    ShiftBias();
    if (!product_.depthwise) OCTET_RETURN_IF_ERROR(FoldInputScales());
    OCTET_RETURN_IF_ERROR(CheckFinite());
    const WeightCodes weights = Quantize();
    OCTET_RETURN_IF_ERROR(ChooseFamily(weights));
    OCTET_RETURN_IF_ERROR(SetScales(weights));
    OCTET_ASSIGN(const std::vector<int32_t> bias, TakeIntegerBias());
    if (!kernels::SumsFitInt32(product_.outputs(), weights.codes, x_zero_,
                               bias)) {
      return Unsupported("its sums could leave 32 bits in int8; keep it fp32");
    }
    return product_.depthwise ? AddDepthwise(weights, bias)
                              : AddDense(weights, bias);
  }

 private:
  void ShiftBias() {
    const std::vector<float>& shift = lowering_.PlanOf(node_).bias_shift;
    for (size_t c = 0; c < shift.size(); ++c) product_.bias[c] += shift[c];
  }

  // Imported weights beyond s8 are split in two, which only the dense family
  // does: a depthwise convolution with such weights runs there, one group a
  // channel.
  Status ChooseFamily(const WeightCodes& weights) {
    const auto beyond = [](int32_t code) { return code < -128 || code > 127; };
    if (!product_.depthwise || !std::ranges::any_of(weights.codes, beyond)) {
      return {};
    }
    if (x_scale_.size() > 1) {
      return Unsupported(
          "depthwise weights beyond 8 bits on an input with a "
          "scale per channel");
    }
    product_.depthwise = false;
    pad_to_ = 16;
    return {};
  }

  // A scale per channel of a value that is mixed goes into the weights, before
  // they are quantized ("folded channel scales").
  Status FoldInputScales() {
    if (x_scale_.size() == 1) return {};
    const auto same = [&](int32_t z) { return z == x_zero_[0]; };
    if (!std::ranges::all_of(x_zero_, same)) {
      return Unsupported(
          "its input has a zero point per channel, which only "
          "depthwise convolution can read");
    }
    const float shared = *std::ranges::max_element(x_scale_);
    const size_t depth = size_t(product_.x[3] / product_.group);
    const size_t outputs_per_group =
        size_t(product_.outputs() / product_.group);
    const size_t taps = size_t(product_.taps());
    for (size_t i = 0; i < product_.weight.size(); ++i) {
      const size_t first = i / taps / outputs_per_group * depth;
      product_.weight[i] *= x_scale_[first + i % depth] / shared;
    }
    x_scale_ = {shared};
    x_zero_ = {x_zero_[0]};
    return {};
  }

  Status CheckFinite() const {
    const auto finite = [](float x) { return std::isfinite(x); };
    if (std::ranges::all_of(product_.weight, finite) &&
        std::ranges::all_of(product_.bias, finite)) {
      return {};
    }
    return Unsupported(
        "its weights or bias hold NaN or infinity, which int8 cannot; mend the "
        "model, or keep it fp32");
  }

  // The scale that the multiplier of channel c is divided by.
  float OutputScale(size_t c) const {
    const Form& y = lowering_.OutputForm(node_);
    if (!y.is_u8()) return 1.0f;
    return y.quant.scale[y.quant.per_channel() ? c : 0];
  }

  WeightCodes Quantize() const {
    const NodePlan& plan = lowering_.PlanOf(node_);
    if (!plan.weight_scale.empty()) {
      return QuantizeWeights(product_.weight, product_.outputs(),
                             plan.weight_scale);
    }
    // Neither the product of the scales nor the multiplier made of it may
    // underflow: twice what just would not.
    constexpr float kLeast = 2 * std::numeric_limits<float>::min();
    std::vector<float> least;
    for (size_t c = 0; c < size_t(product_.outputs()); ++c) {
      const float x = x_scale_[x_scale_.size() == 1 ? 0 : c];
      const float wanted = kLeast * std::max(1.0f, OutputScale(c)) / x;
      least.push_back(std::max(wanted, kLeast));
    }
    return QuantizeWeightsPerOutput(product_.weight, least, plan.weight_clip);
  }

  Status SetScales(const WeightCodes& weights) {
    const size_t n = size_t(product_.outputs());
    const std::vector<float> sx = Spread(x_scale_, int64_t(n));
    for (size_t c = 0; c < n; ++c) {
      const float scale = sx[c] * weights.scale[c];
      const float multiplier = scale / OutputScale(c);
      if (!std::isnormal(scale) || !std::isnormal(multiplier) ||
          !std::isfinite(product_.bias[c] / OutputScale(c)) ||
          !std::isnormal(1 / OutputScale(c))) {
        return Unsupported(
            "the scales of its channel {} are too far apart for f32: input "
            "{:g}, weights {:g}, bias {:g}, output {:g}; keep it fp32",
            c, sx[c], weights.scale[c], product_.bias[c], OutputScale(c));
      }
      channels_.product_scale.push_back(scale);
    }
    channels_.bias = product_.bias;
    return {};
  }

  // The bias in codes, which is then taken out of channels_; empty if it stays
  // real.
  Result<std::vector<int32_t>> TakeIntegerBias() {
    const std::vector<int32_t>& codes = lowering_.PlanOf(node_).integer_bias;
    for (size_t c = 0; c < codes.size(); ++c) {
      const double scale = channels_.product_scale[c];
      const double real = double(codes[c]) * scale;
      // Rounding to a code, and what f32 loses of the model's bias.
      const double slack = 0.5 * scale + std::abs(real) * 0x1p-21;
      if (std::abs(real - double(channels_.bias[c])) > slack) {
        return BadInput(
            "integer_bias of its channel {} is {}, which means {:g}, but its "
            "bias is {:g}; leave integer_bias out where scales were changed",
            c, codes[c], real, channels_.bias[c]);
      }
      channels_.bias[c] = 0;
    }
    return codes;
  }

  Status AddDense(const WeightCodes& weights,
                  const std::vector<int32_t>& bias) {
    kernels::ConvU8WeightShape shape;
    shape.out_channels = product_.outputs();
    shape.kernel_h = product_.kernel_h;
    shape.kernel_w = product_.kernel_w;
    shape.in_channels = product_.x[3];
    shape.group = product_.group;
    shape.dilation_w = product_.dilations[1];
    kernels::PackedConvU8 packed =
        kernels::PackConvU8(shape, weights.codes, x_zero_[0], bias);
    channels_.comp = std::move(packed.comp);
    engine::ConvU8T step;
    step.x = builder_.AddReshaped(lowering_.Input(node_, 0), product_.x);
    step.window = product_.window();
    step.group = int(product_.group);
    step.weight = Constant("weight", DType::kS8, packed.weight);
    step.weight_parts = int(packed.weight_parts);
    step.sum_bound = packed.sum_bound;
    step.x_zero = uint8_t(x_zero_[0]);
    OCTET_ASSIGN(step.epilogue, MakeEpilogue());
    step.y = Output();
    lowering_.AddStep(node_, "int8", std::move(step), product_.macs);
    return {};
  }

  Status AddDepthwise(const WeightCodes& weights,
                      const std::vector<int32_t>& bias) {
    kernels::PackedDepthwiseU8 packed = kernels::PackDepthwiseU8(
        product_.outputs(), weights.codes, x_zero_, bias);
    channels_.comp = std::move(packed.comp);
    engine::DepthwiseU8T step;
    step.x = builder_.AddReshaped(lowering_.Input(node_, 0), product_.x);
    step.window = product_.window();
    step.weight = Constant("weight", DType::kS8, packed.weight);
    const std::vector<int32_t> zero = Spread(x_zero_, product_.outputs());
    const std::vector<uint8_t> padding(zero.begin(), zero.end());
    step.x_zero = Constant("x_zero", DType::kU8, PaddedTo(padding, pad_to_));
    OCTET_ASSIGN(step.epilogue, MakeEpilogue());
    step.y = Output();
    lowering_.AddStep(node_, "int8", std::move(step), product_.macs);
    return {};
  }

  // Of the node, or of what becomes of its codes.
  int Output() {
    return lowering_.Output(behind_ == nullptr ? node_ : *behind_->last,
                            &product_.y);
  }

  Result<std::unique_ptr<engine::EpilogueT>> MakeEpilogue() {
    auto epilogue = std::make_unique<engine::EpilogueT>();
    const Form& y = lowering_.OutputForm(node_);
    const Fusion& fusion = product_.fusion;
    epilogue->comp = Constant("comp", DType::kS32, channels_.comp);
    epilogue->kind = KindOf(y);
    const bool in_codes = epilogue->kind != engine::EpilogueKind::Float;
    SetOutputCodes(*epilogue, y, in_codes);
    SetMultipliers(*epilogue, y, in_codes);
    if (fusion.residual) SetResidual(*epilogue, y);
    if (behind_ != nullptr) {
      epilogue->kind = engine::EpilogueKind::Table;
      epilogue->table = Constant("table", DType::kU8, behind_->table);
    }
    if (in_codes) return epilogue;
    epilogue->before = engine::FromFunction(fusion.before);
    epilogue->after = engine::FromFunction(fusion.after);
    return epilogue;
  }

  // What only clamps can be computed in steps of the output's scale.
  engine::EpilogueKind KindOf(const Form& y) const {
    using engine::EpilogueKind;
    const Fusion& fusion = product_.fusion;
    if (!y.is_u8() || !IsClamp(fusion.after)) return EpilogueKind::Float;
    if (!fusion.residual) {
      return IsClamp(fusion.before) ? EpilogueKind::Clamp : EpilogueKind::Float;
    }
    const Form& residual = lowering_.InputForm(node_, node_.inputs.size() - 1);
    return fusion.before.kind == FunctionKind::kIdentity && residual.is_u8() &&
                   ResidualFits(residual, y)
               ? EpilogueKind::Add
               : EpilogueKind::Float;
  }

  // True if the residual's scale in steps of the output is an ordinary float,
  // and not so large that its zero point rounds in the offset.
  bool ResidualFits(const Form& residual, const Form& y) const {
    const int64_t n = product_.outputs();
    const std::vector<float> r = Spread(residual.quant.scale, n);
    const std::vector<float> s = Spread(y.quant.scale, n);
    for (size_t c = 0; c < size_t(n); ++c) {
      if (!std::isnormal(r[c] / s[c]) || r[c] / s[c] > 256) return false;
    }
    return true;
  }

  // Zero points and limits of a u8 output.
  void SetOutputCodes(engine::EpilogueT& epilogue, const Form& y,
                      bool in_codes) {
    if (!y.is_u8()) return;
    const int64_t n = product_.outputs();
    const std::vector<int32_t> zero = Spread(y.quant.zero_point, n);
    const std::vector<float> scale = Spread(y.quant.scale, n);
    std::vector<uint8_t> low(size_t(n), 0), high(size_t(n), 255);
    for (size_t c = 0; in_codes && c < size_t(n); ++c) {
      ClampCodes(product_.fusion.before, scale[c], zero[c], low[c], high[c]);
      ClampCodes(product_.fusion.after, scale[c], zero[c], low[c], high[c]);
    }
    epilogue.y_zero = Constant("y_zero", DType::kS32, PaddedTo(zero, pad_to_));
    epilogue.clamp_low = Constant("low", DType::kU8, PaddedTo(low, pad_to_));
    epilogue.clamp_high = Constant("high", DType::kU8, PaddedTo(high, pad_to_));
    if (in_codes) return;
    std::vector<float> inverse;
    for (float s : scale) inverse.push_back(1.0f / s);
    epilogue.inv_scale =
        Constant("inv_scale", DType::kF32, PaddedTo(inverse, pad_to_));
  }

  void SetMultipliers(engine::EpilogueT& epilogue, const Form& y,
                      bool in_codes) {
    std::vector<float> multiplier = channels_.product_scale;
    std::vector<float> offset = channels_.bias;
    if (in_codes) {
      const std::vector<float> scale =
          Spread(y.quant.scale, product_.outputs());
      for (size_t c = 0; c < multiplier.size(); ++c) {
        multiplier[c] /= scale[c];
        offset[c] /= scale[c];
      }
      if (product_.fusion.residual) TakeOffZeros(y, offset);
    }
    epilogue.multiplier =
        Constant("multiplier", DType::kF32, PaddedTo(multiplier, pad_to_));
    epilogue.offset =
        Constant("offset", DType::kF32, PaddedTo(offset, pad_to_));
  }

  // What the residual's zero point would add.
  void TakeOffZeros(const Form& y, std::vector<float>& offset) const {
    const Form& form = lowering_.InputForm(node_, node_.inputs.size() - 1);
    const int64_t n = product_.outputs();
    const std::vector<float> r = Spread(form.quant.scale, n);
    const std::vector<float> s = Spread(y.quant.scale, n);
    const std::vector<int32_t> zero = Spread(form.quant.zero_point, n);
    for (size_t c = 0; c < offset.size(); ++c) {
      offset[c] -= float(zero[c]) * (r[c] / s[c]);
    }
  }

  void SetResidual(engine::EpilogueT& epilogue, const Form& y) {
    const size_t slot = node_.inputs.size() - 1;
    epilogue.residual =
        builder_.AddReshaped(lowering_.Input(node_, slot), product_.y);
    const Form& form = lowering_.InputForm(node_, slot);
    if (!form.is_u8()) return;
    const int64_t n = product_.outputs();
    std::vector<float> scale = Spread(form.quant.scale, n);
    if (epilogue.kind == engine::EpilogueKind::Add) {
      const std::vector<float> steps = Spread(y.quant.scale, n);
      for (size_t c = 0; c < scale.size(); ++c) scale[c] /= steps[c];
    }
    epilogue.residual_scale =
        Constant("residual_scale", DType::kF32, PaddedTo(scale, pad_to_));
    if (epilogue.kind == engine::EpilogueKind::Add) return;
    epilogue.residual_zero =
        Constant("residual_zero", DType::kS32,
                 PaddedTo(Spread(form.quant.zero_point, n), pad_to_));
  }

  template <typename T>
  int Constant(std::string_view what, DType dtype, const std::vector<T>& data) {
    return builder_.AddConstant(node_.name + "/" + std::string(what), dtype,
                                std::span<const T>(data));
  }

  Lowering& lowering_;
  ProgramBuilder& builder_;
  const Node& node_;
  const TableBehind* behind_ = nullptr;
  Product product_;
  size_t pad_to_;
  std::vector<float> x_scale_;
  std::vector<int32_t> x_zero_;
  Channels channels_;
};

}  // namespace

Status LowerProductInt8(Lowering& lowering, const Node& node, Product product) {
  return Int8Product(lowering, node, std::move(product)).Run();
}

}  // namespace octet::compile
