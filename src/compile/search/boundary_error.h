// How far the engine of a plan is from the float model, in one number.
#ifndef OCTET_COMPILE_SEARCH_BOUNDARY_ERROR_H_
#define OCTET_COMPILE_SEARCH_BOUNDARY_ERROR_H_

#include <map>
#include <string>
#include <vector>

#include "compile/ir/graph.h"
#include "compile/plan/plan.h"
#include "octet/runtime.h"
#include "octet/samples.h"

namespace octet::compile {

// The values at which int8 ends: what int8 nodes make and float nodes read, or
// what is an output, through data movement. They say what arithmetic did before
// decoding mixes and thresholds it.
std::vector<std::string> BoundaryValues(const Graph& graph, const Plan& plan);

// The same told from which nodes of an engine are int8, movers among them:
// what int8 nodes make and float nodes read, or what is an output.
std::vector<std::string> BoundaryValues(const Graph& graph,
                                        const std::vector<bool>& is_int8);

// Signal-to-noise ratios in dB, each a mean over the values at the boundary of
// their own, held to 60 so that an exact value does not hide a bad one.
struct Closeness {
  double sqnr_db = 0;             // over all samples together
  std::vector<double> by_sample;  // over each alone
};

// Float values of some samples at the boundary, kept for comparisons.
class Boundary {
 public:
  //   most: samples, spread evenly; unreadable ones are passed over.
  //   errors: kBadInput if no sample can be read or one does not fit.
  static Result<Boundary> Observe(const Graph& graph,
                                  std::vector<std::string> values,
                                  const SampleSource& samples, int64_t most,
                                  int threads);

  // How close the engine of a plan comes.
  Result<Closeness> Measure(const Graph& graph, const Plan& plan) const;

  // Mean over the values of the share of each one that is lost (SliceError), in
  // [0, 1], over all samples.
  //   change: edits values before they are looked at and read; may be empty.
  Result<double> Lost(Session& session, const Edit& change = {}) const;

 private:
  struct Sample {
    std::string name;
    std::vector<Tensor> inputs;
    std::map<std::string, Tensor, std::less<>> exact;
  };
  std::vector<Sample> samples_;
  std::vector<std::string> values_;
  int threads_ = 0;
};

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_BOUNDARY_ERROR_H_
