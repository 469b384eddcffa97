// From what was measured on each sample to a ranking of values.
#ifndef OCTET_COMPILE_SEARCH_SENSITIVITY_RESULT_H_
#define OCTET_COMPILE_SEARCH_SENSITIVITY_RESULT_H_

#include <string>
#include <vector>

#include "compile/search/sensitivity_state.h"
#include "octet/sensitivity.h"

namespace octet::compile {

struct StoredNames {
  std::string value;
  std::vector<std::string> readers;
};

// Everything but the gains.
//   names: of the state's values.
//   first: the sample on which all of them were replayed.
Sensitivity SummedUp(const std::vector<StoredNames>& names, size_t first,
                     const SensitivityState& state);

// What engines with one value kept out gain over that without any.
void AddGains(const SensitivityState& state, Sensitivity& result);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_SENSITIVITY_RESULT_H_
