// Checks of windows that slide over images.
#ifndef OCTET_ENGINE_WINDOW_CHECK_H_
#define OCTET_ENGINE_WINDOW_CHECK_H_

#include "engine/step_check.h"

namespace octet::engine {

// 1x1, step 1, no padding.
bool IsTrivial(const Window& window);

// A window's numbers make sense and every position of it touches the image,
// which also bounds the padding.
void CheckWindow(StepCheck& check, const Window& window, const Image& in,
                 const Image& out);

void CheckSameChannels(StepCheck& check, const ValueT& x, const ValueT& y);

}  // namespace octet::engine

#endif  // OCTET_ENGINE_WINDOW_CHECK_H_
