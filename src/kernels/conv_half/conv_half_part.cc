#include "kernels/conv_half/conv_half_part.h"

#include <algorithm>

namespace octet::kernels {

ConvHalfPart::ConvHalfPart(const HalfRows& rows, const ConvHalfParams& params,
                           std::byte* scratch)
    : p_(params),
      g_(GeometryOf(params)),
      rows_(rows),
      band_(reinterpret_cast<float*>(scratch)),
      weight_(band_ + g_.x_floats),
      y_(weight_ + g_.weight_floats),
      residual_(y_ + g_.y_floats) {}

void ConvHalfPart::Run(int64_t part, int64_t parts) {
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
        const int64_t after = std::min(panel + g_.panels_once, piece.panel_end);
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

void ConvHalfPart::RunBlock(ConvHalfBlock block) {
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
  auto* const y =
      static_cast<uint16_t*>(p_.y) + first * p_.y_pixel_stride + block.channel;
  if (p_.y_pixel_stride == block.n) {
    return rows_.narrow(y_, y, pixels * block.n);
  }
  for (int64_t i = 0; i < pixels; ++i) {
    rows_.narrow(y_ + i * block.n, y + i * p_.y_pixel_stride, block.n);
  }
}

}  // namespace octet::kernels
