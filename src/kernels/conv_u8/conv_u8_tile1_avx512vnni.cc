#include "kernels/conv_u8/conv_u8_tile_avx512vnni.h"
#include "kernels/conv_u8/conv_u8_tile_body_avx512vnni.h"

namespace octet::kernels {

ConvU8TileFn ConvU8Tile1(int64_t pixels, EpilogueKind kind) {
  return PickTile<1>(pixels, kind);
}

}  // namespace octet::kernels
