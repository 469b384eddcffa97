// One thread's share of a calibration: a session and what it has seen.
#ifndef OCTET_COMPILE_CALIBRATE_SAMPLE_WORKER_H_
#define OCTET_COMPILE_CALIBRATE_SAMPLE_WORKER_H_

#include <memory>

#include "compile/calibrate/observer.h"
#include "octet/runtime.h"
#include "octet/samples.h"

namespace octet::compile {

// A fingerprint of a sample's contents; kSkipped for one that is of no use: it
// cannot be read (read_sample.h).
uint64_t SampleFingerprint(const SampleSource& samples, int64_t index);

class SampleWorker {
 public:
  // empty: the values to observe.
  SampleWorker(Session session, Ranges empty)
      : session_(std::move(session)), empty_(std::move(empty)) {}

  // Begins anew, with nothing seen or with what was seen before.
  void Start() { StartFrom(empty_); }
  void StartFrom(const Ranges& ranges);

  // Runs a sample. One that is of no use is noted as skipped.
  //   returns: its fingerprint.
  //   errors:  kBadInput for a sample that does not fit the model, naming it;
  //            those of Session::Run.
  Result<uint64_t> Take(const SampleSource& samples, int64_t index);

  const Ranges& ranges() const { return ranges_; }

 private:
  Session session_;
  Ranges empty_, ranges_;
  std::unique_ptr<Observer> observer_;
};

}  // namespace octet::compile

#endif  // OCTET_COMPILE_CALIBRATE_SAMPLE_WORKER_H_
