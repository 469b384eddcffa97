#include "kernels/conv_half/conv_half_bands.h"

#include "base/cpu.h"
#include "kernels/conv_f32/conv_f32.h"
#include "kernels/conv_half/conv_half_part.h"

namespace octet::kernels {
namespace {

class WidePart : public ConvHalfPart {
 public:
  WidePart(CpuLevel level, const ConvHalfParams& params, std::byte* scratch)
      : ConvHalfPart(FindHalfRows(params.half, level), params, scratch),
        conv_(FindConvF32(level)) {}

 private:
  void TakeBand(int64_t row, int64_t end) override {
    const ConvHalfParams& p = params();
    if (!geometry().pointwise) {
      const int64_t first = row % p.out_h;
      return geometry().band.Widen(rows(), row / p.out_h, first,
                                   first + end - row, band());
    }
    const int64_t c = p.in_channels;
    if (IsOneToOne(p) && p.x_pixel_stride == c) {
      return rows().widen(p.x + row * c, band(), (end - row) * c);
    }
    for (int64_t i = row; i < end; ++i) {
      rows().widen(p.x + InputPixel(p, i) * p.x_pixel_stride,
                   band() + (i - row) * c, c);
    }
  }

  void Convolve(const ConvHalfBlock& block) override {
    WidenWeights(block);
    conv_(BandParams(block), 0, 1, nullptr);
  }

  void WidenWeights(const ConvHalfBlock& block) {
    const ConvHalfWeightShape& w = geometry().weight;
    const int64_t panels = block.panel_end - block.panel;
    const uint16_t* from =
        params().weight +
        (block.group * w.panels() + block.panel) * w.panel_halves();
    // Those of the band before, where one block has them all.
    if (from == widened_) return;
    widened_ = from;
    float* to = weight();
    if (w.depth % 2 == 0) {
      return rows().widen_pairs(from, to, panels * w.taps * w.pairs());
    }
    // The empty half of a tap's last pair is written over by the next tap.
    for (int64_t i = 0; i < panels * w.taps; ++i) {
      rows().widen_pairs(from, to, w.pairs());
      from += w.pairs() * 2 * kHalfPairs;
      to += w.depth * 16;
    }
  }

  // The convolution of what has been widened; it needs no scratch, because no
  // window leaves the band.
  ConvF32Params BandParams(const ConvHalfBlock& block) const {
    const ConvHalfParams& p = params();
    const ConvHalfGeometry& g = geometry();
    const int64_t rows = block.end - block.row;
    ConvF32Params f{};
    f.batch = 1;
    f.in_channels = g.weight.depth;
    f.x = band() + block.group * g.weight.depth;
    f.x_pixel_stride = p.in_channels;
    if (g.pointwise) {
      f.in_h = f.out_h = 1;
      f.in_w = f.out_w = rows;
    } else {
      f.in_h = g.band.Rows(rows);
      f.in_w = g.band.Columns();
      f.out_h = rows;
      f.out_w = p.out_w;
      f.window = p.window;
      f.window.pad_top = f.window.pad_left = 0;
    }
    f.out_channels = block.n;
    f.y = block.y;
    f.y_pixel_stride = block.y_stride;
    f.weight = weight();
    f.bias = p.bias == nullptr ? nullptr : p.bias + block.channel;
    f.residual = block.residual;
    f.residual_pixel_stride = block.n;
    f.before = p.before;
    f.after = p.after;
    return f;
  }

  const KernelFn<ConvF32Params> conv_;
  const uint16_t* widened_ = nullptr;  // what weight() holds
};

}  // namespace

void RunConvHalfWide(CpuLevel level, const ConvHalfParams& params, int64_t part,
                     int64_t parts, std::byte* scratch) {
  WidePart(level, params, scratch).Run(part, parts);
}

void ConvHalfReference(const ConvHalfParams& params, int64_t part,
                       int64_t parts, std::byte* scratch) {
  RunConvHalfWide(CpuLevel::kScalar, params, part, parts, scratch);
}

void ConvHalfAvx2(const ConvHalfParams& params, int64_t part, int64_t parts,
                  std::byte* scratch) {
  RunConvHalfWide(CpuLevel::kAvx2, params, part, parts, scratch);
}

void ConvHalfAvx512Vnni(const ConvHalfParams& params, int64_t part,
                        int64_t parts, std::byte* scratch) {
  RunConvHalfWide(CpuLevel::kAvx512Vnni, params, part, parts, scratch);
}

}  // namespace octet::kernels
