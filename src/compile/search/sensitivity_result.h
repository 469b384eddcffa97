// From what was measured on each sample to rankings of values and of nodes.
#ifndef OCTET_COMPILE_SEARCH_SENSITIVITY_RESULT_H_
#define OCTET_COMPILE_SEARCH_SENSITIVITY_RESULT_H_

#include <string>
#include <vector>

#include "compile/search/sensitivity_state.h"
#include "octet/sensitivity.h"

namespace octet::compile {

// What a state's cells are of: stored values, then nodes.
struct UnitNames {
  bool is_node = false;
  std::string name;
  std::vector<std::string> readers;  // of a value

  // By which its engine is known; a value and a node may be namesakes.
  std::string key() const { return (is_node ? "node " : "value ") + name; }
};

// Everything but the gains.
//   names: of the state's cells.
//   first: the sample on which all of them were replayed.
Sensitivity SummedUp(const std::vector<UnitNames>& names, size_t first,
                     const SensitivityState& state);

// What engines with one unit kept out gain over that without any.
void AddGains(const std::vector<UnitNames>& names,
              const SensitivityState& state, Sensitivity& result);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_SENSITIVITY_RESULT_H_
