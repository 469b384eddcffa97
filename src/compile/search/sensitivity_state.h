// What a measurement of sensitivity has done so far, as a file: so that it can
// be stopped and go on.
#ifndef OCTET_COMPILE_SEARCH_SENSITIVITY_STATE_H_
#define OCTET_COMPILE_SEARCH_SENSITIVITY_STATE_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compile/search/loss_sums.h"
#include "octet/accuracy.h"
#include "octet/status.h"

namespace octet::compile {

struct SensitivityState {
  // Of the model, the plan and the samples: what is done is of these.
  std::string key;
  // One stored value or node on one sample.
  struct Cell {
    double own = 0;                  // its own noise share
    std::optional<SampleLoss> loss;  // where it was replayed
  };
  struct Sample {
    bool is_skipped = false;  // it cannot be read
    std::vector<Cell> cells;  // by unit; fewer until all of them are done
    bool is_done(size_t units) const {
      return is_skipped || cells.size() == units;
    }
  };
  std::vector<Sample> samples;  // those that are measured on
  // Engines by what they keep out of int8, "" for nothing: by sample.
  std::map<std::string, std::vector<SampleLoss>> engines;
  // By the task's metric, of the same engines, and of "float".
  std::map<std::string, Accuracy> accuracies;
};

// Writes it atomically.
Status Save(const SensitivityState& state, const std::string& path);

// Reads it into `state`, which has its key and as many samples as there are.
//   units:  how many are measured.
//   errors: kBadInput if it is of another run or no such file.
Status Load(const std::string& path, size_t units, SensitivityState& state);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_SENSITIVITY_STATE_H_
