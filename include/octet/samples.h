// Samples: what calibration and evaluation feed to a model.
#ifndef OCTET_SAMPLES_H_
#define OCTET_SAMPLES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "octet/status.h"
#include "octet/tensor.h"

namespace octet {

// A finite list of samples with random access. Safe to use from several
// threads. A sample that cannot be read is an error of Get() alone; the others
// stay usable.
class SampleSource {
 public:
  virtual ~SampleSource() = default;
  virtual int64_t size() const = 0;
  // The inputs of the model for sample i, in the model's order and layout, the
  // first axis (batch) being 1. 0 <= i < size().
  //   errors: kBadInput if the sample cannot be read; the message names it.
  virtual Result<std::vector<Tensor>> Get(int64_t i) const = 0;
  // What messages call it: a file name, "images.npy[17]".
  virtual std::string Name(int64_t i) const = 0;
};

}  // namespace octet

#endif  // OCTET_SAMPLES_H_
