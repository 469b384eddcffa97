#include "kernels/conv_half/conv_half_bands.h"

#include <algorithm>

#include "base/cpu.h"
#include "kernels/conv_f32/conv_f32.h"
#include "kernels/conv_half/conv_half_geometry.h"

namespace octet::kernels {
namespace {

// Outputs [channel, channel + n) of the output rows [row, end), which are
// panels [panel, panel_end) of a group.
struct Block {
  int64_t row, end;
  int64_t group, panel, panel_end;
  int64_t channel, n;
  // Where they go: that of the first pixel, and from pixel to pixel.
  float* y;
  int64_t y_stride;
  const float* residual;  // [pixels][n]; null: none
};

// One part of a convolution: bands of output rows, in them the groups, in them
// some panels at a time.
class WidePart {
 public:
  WidePart(CpuLevel level, const ConvHalfParams& params, std::byte* scratch)
      : p_(params),
        g_(GeometryOf(params)),
        rows_(FindHalfRows(params.half, level)),
        conv_(FindConvF32(level)),
        band_(reinterpret_cast<float*>(scratch)),
        weight_(band_ + g_.x_floats),
        y_(weight_ + g_.weight_floats),
        residual_(y_ + g_.y_floats) {}

  void Run(int64_t part, int64_t parts) {
    const ConvHalfPiece piece = PieceOf(g_, part, parts);
    for (int64_t row = piece.row_begin; row < piece.row_end;) {
      int64_t end = std::min(row + g_.band_rows, piece.row_end);
      if (!g_.pointwise) {
        // A band lies in one image.
        end = std::min(end, (row / p_.out_h + 1) * p_.out_h);
      }
      TakeBand(row, end);
      for (int64_t group = 0; group < p_.group; ++group) {
        for (int64_t panel = piece.panel_begin; panel < piece.panel_end;) {
          const int64_t after =
              std::min(panel + g_.panels_once, piece.panel_end);
          RunBlock({.row = row,
                    .end = end,
                    .group = group,
                    .panel = panel,
                    .panel_end = after,
                    .channel = group * g_.outputs + panel * 16,
                    .n = std::min(after * 16, g_.outputs) - panel * 16,
                    .y = nullptr,
                    .y_stride = 0,
                    .residual = nullptr});
          panel = after;
        }
      }
      row = end;
    }
  }

 private:
  void RunBlock(Block block) {
    const int64_t first = block.row * g_.row_pixels;
    const int64_t pixels = (block.end - block.row) * g_.row_pixels;
    if (p_.residual != nullptr) {
      const uint16_t* const from =
          p_.residual + first * p_.residual_pixel_stride + block.channel;
      if (p_.residual_pixel_stride == block.n) {
        rows_.widen(from, residual_, pixels * block.n);
      } else {
        for (int64_t i = 0; i < pixels; ++i) {
          rows_.widen(from + i * p_.residual_pixel_stride,
                      residual_ + i * block.n, block.n);
        }
      }
      block.residual = residual_;
    }
    if (!p_.y_is_half) {
      block.y =
          static_cast<float*>(p_.y) + first * p_.y_pixel_stride + block.channel;
      block.y_stride = p_.y_pixel_stride;
      return Convolve(block);
    }
    block.y = y_;
    block.y_stride = block.n;
    Convolve(block);
    auto* const y = static_cast<uint16_t*>(p_.y) + first * p_.y_pixel_stride +
                    block.channel;
    if (p_.y_pixel_stride == block.n) {
      return rows_.narrow(y_, y, pixels * block.n);
    }
    for (int64_t i = 0; i < pixels; ++i) {
      rows_.narrow(y_ + i * block.n, y + i * p_.y_pixel_stride, block.n);
    }
  }

  // Brings what the windows of output rows [row, end) see into band_.
  void TakeBand(int64_t row, int64_t end) {
    if (!g_.pointwise) {
      const int64_t first = row % p_.out_h;
      return g_.band.Widen(rows_, row / p_.out_h, first, first + end - row,
                           band_);
    }
    const int64_t c = p_.in_channels;
    if (IsOneToOne(p_) && p_.x_pixel_stride == c) {
      return rows_.widen(p_.x + row * c, band_, (end - row) * c);
    }
    for (int64_t i = row; i < end; ++i) {
      rows_.widen(p_.x + InputPixel(p_, i) * p_.x_pixel_stride,
                  band_ + (i - row) * c, c);
    }
  }

  void Convolve(const Block& block) {
    WidenWeights(block);
    conv_(BandParams(block), 0, 1, nullptr);
  }

  void WidenWeights(const Block& block) {
    const ConvHalfWeightShape& w = g_.weight;
    const int64_t panels = block.panel_end - block.panel;
    const uint16_t* from =
        p_.weight + (block.group * w.panels() + block.panel) * w.panel_halves();
    // Those of the band before, where one block has them all.
    if (from == widened_) return;
    widened_ = from;
    float* to = weight_;
    if (w.depth % 2 == 0) {
      return rows_.widen_pairs(from, to, panels * w.taps * w.pairs());
    }
    // The empty half of a tap's last pair is written over by the next tap.
    for (int64_t i = 0; i < panels * w.taps; ++i) {
      rows_.widen_pairs(from, to, w.pairs());
      from += w.pairs() * 2 * kHalfPairs;
      to += w.depth * 16;
    }
  }

  // The convolution of what has been widened; it needs no scratch, because no
  // window leaves the band.
  ConvF32Params BandParams(const Block& block) const {
    const int64_t rows = block.end - block.row;
    ConvF32Params f{};
    f.batch = 1;
    f.in_channels = g_.weight.depth;
    f.x = band_ + block.group * g_.weight.depth;
    f.x_pixel_stride = p_.in_channels;
    if (g_.pointwise) {
      f.in_h = f.out_h = 1;
      f.in_w = f.out_w = rows;
    } else {
      f.in_h = g_.band.Rows(rows);
      f.in_w = g_.band.Columns();
      f.out_h = rows;
      f.out_w = p_.out_w;
      f.window = p_.window;
      f.window.pad_top = f.window.pad_left = 0;
    }
    f.out_channels = block.n;
    f.y = block.y;
    f.y_pixel_stride = block.y_stride;
    f.weight = weight_;
    f.bias = p_.bias == nullptr ? nullptr : p_.bias + block.channel;
    f.residual = block.residual;
    f.residual_pixel_stride = block.n;
    f.before = p_.before;
    f.after = p_.after;
    return f;
  }

  const ConvHalfParams& p_;
  const ConvHalfGeometry g_;
  const HalfRows& rows_;
  const KernelFn<ConvF32Params> conv_;
  float* const band_;
  float* const weight_;
  float* const y_;
  float* const residual_;
  const uint16_t* widened_ = nullptr;  // what weight_ holds
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
