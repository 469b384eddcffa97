#include "compile/calibrate/sample_worker.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/error.h"
#include "compile/calibrate/read_sample.h"

namespace octet::compile {
namespace {

uint64_t Fingerprint(const std::vector<Tensor>& inputs) {
  uint64_t key = 0;
  for (const Tensor& t : inputs) {
    key = XXH3_64bits_withSeed(t.raw(), size_t(t.bytes()), key);
  }
  return key;
}

}  // namespace

uint64_t SampleFingerprint(const SampleSource& samples, int64_t index) {
  const Result<std::vector<Tensor>> inputs = ReadSample(samples, index);
  return inputs.ok() ? Fingerprint(*inputs) : kSkipped;
}

void SampleWorker::StartFrom(const Ranges& ranges) {
  ranges_ = ranges;
  observer_ = std::make_unique<Observer>(ranges_);
  session_.SetTap(
      [this](int, const TensorView& view) { observer_->See(view); });
}

Result<uint64_t> SampleWorker::Take(const SampleSource& samples,
                                    int64_t index) {
  const Result<std::vector<Tensor>> inputs = ReadSample(samples, index);
  const uint64_t fingerprint = inputs.ok() ? Fingerprint(*inputs) : kSkipped;
  if (fingerprint == kSkipped) {
    ranges_.skipped.push_back(samples.Name(index));
    return kSkipped;
  }
  if (inputs->size() != session_.inputs().size()) {
    return BadInput("{}: {} tensors, the model has {} inputs",
                    samples.Name(index), inputs->size(),
                    session_.inputs().size());
  }
  for (size_t i = 0; i < inputs->size(); ++i) {
    const Status set = session_.SetInput(int(i), (*inputs)[i]);
    if (!set.ok()) {
      return BadInput("{}: {}", samples.Name(index), set.message());
    }
  }
  OCTET_RETURN_IF_ERROR(session_.Run());
  observer_->EndSample(index, fingerprint);
  return fingerprint;
}

}  // namespace octet::compile
