// Watches the values of one session while samples run through it.
#ifndef OCTET_COMPILE_CALIBRATE_OBSERVER_H_
#define OCTET_COMPILE_CALIBRATE_OBSERVER_H_

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compile/calibrate/ranges.h"
#include "kernels/histogram_f32/histogram_f32.h"
#include "octet/runtime.h"

namespace octet::compile {

class Observer {
 public:
  // `ranges` lists the values to watch; it is updated in place and must outlive
  // the observer.
  explicit Observer(Ranges& ranges);

  // Takes in one value of the sample that is running (a session's tap). Values
  // that are not watched, or not f32, are passed over.
  void See(const TensorView& view);
  // Ends a sample.
  //   index:       of the sample in the whole set, for the extremes' owner
  //   fingerprint: of its contents
  void EndSample(int64_t index, uint64_t fingerprint);

 private:
  struct PerSample {
    ValueRange* value = nullptr;
    Range before;  // extremes of the samples before
    float low = 0, high = 0;
    bool seen = false;
  };
  void SeeDense(PerSample& here, std::span<const float> x, int64_t columns);

  std::map<std::string, PerSample, std::less<>> watched_;
  Ranges& ranges_;
  const kernels::ExtremesF32Fn extremes_;
  std::vector<float> low_, high_;  // of one sample, by channel
};

}  // namespace octet::compile

#endif  // OCTET_COMPILE_CALIBRATE_OBSERVER_H_
