#include "kernels/depthwise_half/depthwise_half.h"

#include <algorithm>
#include <iterator>

#include "base/cpu.h"
#include "kernels/depthwise_f32/depthwise_f32.h"
#include "kernels/depthwise_f32/depthwise_f32_pack.h"
#include "kernels/depthwise_half/depthwise_half_three.h"
#include "kernels/half_band/half_band.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

constexpr Kernel<DepthwiseHalfParams> kDepthwiseHalfKernels[] = {
    {"depthwise_half_avx512bf16", CpuLevel::kAvx512Bf16,
     DepthwiseHalfAvx512Bf16},
    {"depthwise_half_avx512vnni", CpuLevel::kAvx512Vnni,
     DepthwiseHalfAvx512Vnni},
    {"depthwise_half_avx2", CpuLevel::kAvx2, DepthwiseHalfAvx2},
    {"depthwise_half_reference", CpuLevel::kScalar, DepthwiseHalfReference},
};

// As depthwise_f32.
constexpr double kNsPerMac = 1.0 / 14;

// Of input and of output that are widened at a time: together with the weights
// less than the smallest second-level cache in sight (512 KB, Zen 3).
constexpr int64_t kBandFloats = int64_t{32} * 1024;

struct Geometry {
  HalfBand band;
  int64_t band_rows;  // output rows at a time, at most
  // Floats of scratch: a band of x, all weights, the band's output and, of the
  // same size, its residual.
  int64_t x_floats, weight_floats, y_floats;
};

Geometry GeometryOf(const DepthwiseHalfParams& p) {
  Geometry g{};
  g.band = {p.x,      p.in_h, p.in_w, p.channels, p.x_pixel_stride,
            p.window, p.out_w};
  g.band_rows = g.band.RowsThatFit(kBandFloats, p.out_h);
  g.x_floats = RoundUp(g.band.Rows(g.band_rows) * g.band.RowFloats(), 16);
  g.weight_floats =
      PackedDepthwiseF32Size(p.channels, p.window.kernel_h * p.window.kernel_w);
  g.y_floats = g.band_rows * p.out_w * p.channels;
  return g;
}

// A part at work.
class Part {
 public:
  Part(CpuLevel level, const DepthwiseHalfParams& params, std::byte* scratch)
      : p_(params),
        g_(GeometryOf(params)),
        rows_(FindHalfRows(params.half, level)),
        convolve_(FindDepthwiseF32(level)),
        x_(reinterpret_cast<float*>(scratch)),
        weight_(x_ + g_.x_floats),
        y_(weight_ + g_.weight_floats),
        residual_(y_ + g_.y_floats) {}

  void Run(const Piece& piece) {
    if (piece.begin == piece.end) return;
    rows_.widen(p_.weight, weight_, g_.weight_floats);
    for (int64_t row = piece.begin; row < piece.end;) {
      const int64_t image_end = (row / p_.out_h + 1) * p_.out_h;
      const int64_t end = std::min({row + g_.band_rows, piece.end, image_end});
      RunBand(row, end);
      row = end;
    }
  }

 private:
  void RunBand(int64_t row, int64_t end) {
    const int64_t first = row * p_.out_w, pixels = (end - row) * p_.out_w;
    const int64_t c = p_.channels;
    g_.band.Widen(rows_, row / p_.out_h, row % p_.out_h,
                  row % p_.out_h + end - row, x_);
    for (int64_t i = 0; p_.residual != nullptr && i < pixels; ++i) {
      rows_.widen(p_.residual + (first + i) * p_.residual_pixel_stride,
                  residual_ + i * c, c);
    }
    convolve_(BandParams(row, end), 0, 1, nullptr);
    if (!p_.y_is_half) return;
    auto* const y = static_cast<uint16_t*>(p_.y) + first * p_.y_pixel_stride;
    if (p_.y_pixel_stride == c) return rows_.narrow(y_, y, pixels * c);
    for (int64_t i = 0; i < pixels; ++i) {
      rows_.narrow(y_ + i * c, y + i * p_.y_pixel_stride, c);
    }
  }

  DepthwiseF32Params BandParams(int64_t row, int64_t end) const {
    DepthwiseF32Params f{};
    f.x = x_;
    f.batch = 1;
    f.in_h = g_.band.Rows(end - row);
    f.in_w = g_.band.Columns();
    f.channels = f.x_pixel_stride = p_.channels;
    f.y = p_.y_is_half
              ? y_
              : static_cast<float*>(p_.y) + row * p_.out_w * p_.y_pixel_stride;
    f.y_pixel_stride = p_.y_is_half ? p_.channels : p_.y_pixel_stride;
    f.out_h = end - row;
    f.out_w = p_.out_w;
    f.window = p_.window;
    f.window.pad_top = f.window.pad_left = 0;
    f.weight = weight_;
    f.bias = p_.bias;
    f.residual = p_.residual == nullptr ? nullptr : residual_;
    f.residual_pixel_stride = p_.channels;
    f.before = p_.before;
    f.after = p_.after;
    return f;
  }

  const DepthwiseHalfParams& p_;
  const Geometry g_;
  const HalfRows& rows_;
  const KernelFn<DepthwiseF32Params> convolve_;
  float* const x_;
  float* const weight_;
  float* const y_;
  float* const residual_;
};

void Run(CpuLevel level, const DepthwiseHalfParams& p, int64_t part,
         int64_t parts, std::byte* scratch) {
  Part(level, p, scratch).Run(PieceOf(p.batch * p.out_h, part, parts));
}

// A band of an image that stays in the second-level cache while its channels go
// by, 32 at a time.
constexpr int64_t kThreeBandHalves = int64_t{96} * 1024;

void RunThree(const DepthwiseHalfParams& p, const Piece& piece) {
  const int64_t row_halves =
      p.window.stride_h * std::max<int64_t>(1, p.in_w * p.channels);
  const int64_t most = std::max<int64_t>(4, kThreeBandHalves / row_halves);
  for (int64_t row = piece.begin; row < piece.end;) {
    const int64_t image = row / p.out_h, first = row % p.out_h;
    const int64_t end =
        std::min({first + most, first + piece.end - row, p.out_h});
    const bool is_silu = p.before.kind == FunctionKind::kSilu;
    DepthwiseHalfThreeAvx512Bf16(
        {.x = p.x + image * p.in_h * p.in_w * p.x_pixel_stride,
         .in_h = p.in_h,
         .in_w = p.in_w,
         .channels = p.channels,
         .x_pixel_stride = p.x_pixel_stride,
         .y = static_cast<uint16_t*>(p.y) +
              image * p.out_h * p.out_w * p.y_pixel_stride,
         .out_w = p.out_w,
         .y_pixel_stride = p.y_pixel_stride,
         .stride = p.window.stride_w,
         .pad_top = p.window.pad_top,
         .pad_left = p.window.pad_left,
         .weight = p.weight,
         .padded = RoundUp(p.channels, 16),
         .bias = p.bias,
         .is_silu = is_silu,
         .clamp = TileClampOf(
             p.before.kind == FunctionKind::kIdentity ? p.after : p.before)},
        first, end);
    row += end - first;
  }
}

}  // namespace

bool HasThree(const DepthwiseHalfParams& p) {
  const Window& w = p.window;
  const bool is_window = w.kernel_h == 3 && w.kernel_w == 3 &&
                         w.dilation_h == 1 && w.dilation_w == 1 &&
                         w.stride_h == w.stride_w && w.stride_w <= 2;
  const bool ends_in_registers =
      p.before.kind == FunctionKind::kIdentity
          ? IsTileClamp(p.after)
          : p.after.kind == FunctionKind::kIdentity &&
                (IsTileClamp(p.before) || p.before.kind == FunctionKind::kSilu);
  return p.half == DType::kBF16 && p.y_is_half && is_window &&
         p.residual == nullptr && ends_in_registers;
}

KernelTable<DepthwiseHalfParams> DepthwiseHalfKernels() {
  return {kDepthwiseHalfKernels, std::size(kDepthwiseHalfKernels)};
}

KernelFn<DepthwiseHalfParams> FindDepthwiseHalf(CpuLevel level) {
  return DepthwiseHalfKernels().Best(level).fn;
}

Work PlanDepthwiseHalf(const DepthwiseHalfParams& p, int threads) {
  const Geometry g = GeometryOf(p);
  const int64_t rows = p.batch * p.out_h;
  const double macs = double(rows * p.out_w) * double(g.weight_floats);
  const int64_t floats = g.x_floats + g.weight_floats + 2 * g.y_floats;
  return SplitEvenly(rows, macs * kNsPerMac, threads,
                     floats * int64_t{sizeof(float)});
}

void DepthwiseHalfReference(const DepthwiseHalfParams& p, int64_t part,
                            int64_t parts, std::byte* scratch) {
  Run(CpuLevel::kScalar, p, part, parts, scratch);
}

void DepthwiseHalfAvx2(const DepthwiseHalfParams& p, int64_t part,
                       int64_t parts, std::byte* scratch) {
  Run(CpuLevel::kAvx2, p, part, parts, scratch);
}

void DepthwiseHalfAvx512Vnni(const DepthwiseHalfParams& p, int64_t part,
                             int64_t parts, std::byte* scratch) {
  Run(CpuLevel::kAvx512Vnni, p, part, parts, scratch);
}

void DepthwiseHalfAvx512Bf16(const DepthwiseHalfParams& p, int64_t part,
                             int64_t parts, std::byte* scratch) {
  if (HasThree(p)) return RunThree(p, PieceOf(p.batch * p.out_h, part, parts));
  Run(CpuLevel::kAvx512Bf16, p, part, parts, scratch);
}

}  // namespace octet::kernels
