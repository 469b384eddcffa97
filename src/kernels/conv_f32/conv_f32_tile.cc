#include "kernels/conv_f32/conv_f32_tile.h"

namespace octet::kernels {

const float kNoTileBias[kMaxTilePanels * 16] = {};

}  // namespace octet::kernels
