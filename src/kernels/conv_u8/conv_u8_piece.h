// Which outputs of a conv_u8 a part computes, and how it walks over them.
#ifndef OCTET_KERNELS_CONV_U8_CONV_U8_PIECE_H_
#define OCTET_KERNELS_CONV_U8_CONV_U8_PIECE_H_

#include <cstdint>

#include "kernels/conv_u8/conv_u8.h"

namespace octet::kernels {

// Output pixels [pixel_begin, pixel_end), counted through rows and images, and
// panels of sixteen channels [panel_begin, panel_end), counted through groups.
// Whole output rows unless IsFlat.
struct ConvU8Piece {
  int64_t pixel_begin;
  int64_t pixel_end;
  int64_t panel_begin;
  int64_t panel_end;
};

// True if each output pixel sees one input pixel and padding is nowhere: then
// an output row has no neighbours in memory that must stay together.
bool IsFlat(const ConvU8Params& params);

// True if, besides, output pixel i sees input pixel i.
bool IsOneToOne(const ConvU8Params& params);

// True if a window hangs over an edge of x.
bool HasOverhang(const ConvU8Params& params);

// Output pixels that are cut together: a row unless IsFlat.
int64_t Grain(const ConvU8Params& params);

// True if parts are cut by channels first, since there are few pixels or more
// weights than inputs (a fully connected layer, a 14x14 map): then threads
// share the inputs, else the weights.
bool SplitsPanels(const ConvU8Params& params);

ConvU8Piece PieceOf(const ConvU8Params& params, int64_t part, int64_t parts);

// A panel's place: its weights, its first channel and how many it has.
struct ConvU8Panel {
  const int8_t* weight;
  int64_t group;
  int64_t channel;
  int64_t channels;
};
ConvU8Panel PanelAt(const ConvU8Params& params, int64_t panel);

// A run's distance from the first byte of the window, in a value whose pixels
// are `pixel` and rows `row` elements apart.
int64_t RunOffset(const ConvU8Params& params, int64_t run, int64_t row,
                  int64_t pixel);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_U8_CONV_U8_PIECE_H_
