// A mean over samples, and whether it is told from chance.
#ifndef OCTET_COMPILE_SEARCH_SAMPLE_MEAN_H_
#define OCTET_COMPILE_SEARCH_SAMPLE_MEAN_H_

#include <span>

namespace octet::compile {

struct SampleMean {
  double mean = 0;
  double standard_error = 0;  // of the mean; 0 for one sample

  // More than twice its standard error away from 0: what is less is as likely
  // wrong as right of other samples.
  bool StandsOut() const;
};

//   by_sample: at least one number.
SampleMean MeanOf(std::span<const double> by_sample);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_SAMPLE_MEAN_H_
