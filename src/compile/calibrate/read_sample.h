// The samples that every measurement runs: what calibration leaves out, nothing
// else compares with either.
#ifndef OCTET_COMPILE_CALIBRATE_READ_SAMPLE_H_
#define OCTET_COMPILE_CALIBRATE_READ_SAMPLE_H_

#include <cstdint>
#include <vector>

#include "octet/samples.h"

namespace octet::compile {

// The tensors of a sample, one for each input of the model.
//   errors: those of SampleSource::Get; kBadInput naming the sample if an f32
//           input holds NaN, or no finite number at all.
Result<std::vector<Tensor>> ReadSample(const SampleSource& samples,
                                       int64_t index);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_CALIBRATE_READ_SAMPLE_H_
