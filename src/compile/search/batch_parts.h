// Values that a session shows in parts, sample by sample (Session::batch).
#ifndef OCTET_COMPILE_SEARCH_BATCH_PARTS_H_
#define OCTET_COMPILE_SEARCH_BATCH_PARTS_H_

#include <cstdint>

#include "octet/runtime.h"
#include "octet/tensor.h"

namespace octet::compile {

// Puts the part that `view` shows, as f32, into the value of all samples, which
// the first part makes: one part is a whole where the batch is 1.
void Join(const TensorView& view, int64_t batch, Tensor& whole);

// The part of `whole`, f32, that `view` shows; of the view's shape.
Tensor PartOf(const Tensor& whole, const TensorView& view);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_BATCH_PARTS_H_
