// Finds what calibration saw of a graph's values.
#ifndef OCTET_COMPILE_CALIBRATE_SEEN_VALUES_H_
#define OCTET_COMPILE_CALIBRATE_SEEN_VALUES_H_

#include <map>
#include <vector>

#include "compile/calibrate/ranges.h"
#include "compile/ir/graph.h"

namespace octet::compile {

// Values match by name and structure, else by structure alone (a renamed
// model). `graph` and `ranges` must outlive it.
class SeenValues {
 public:
  SeenValues(const Graph& graph, const Ranges& ranges);
  // nullptr: not seen.
  const ValueRange* Find(ValueId v) const;

 private:
  const Graph& graph_;
  const Ranges& ranges_;
  std::vector<uint64_t> keys_;  // by value
  std::map<uint64_t, const ValueRange*> by_structure_;
};

}  // namespace octet::compile

#endif  // OCTET_COMPILE_CALIBRATE_SEEN_VALUES_H_
