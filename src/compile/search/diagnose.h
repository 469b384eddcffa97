// What costs an engine its accuracy, and why.
#ifndef OCTET_COMPILE_SEARCH_DIAGNOSE_H_
#define OCTET_COMPILE_SEARCH_DIAGNOSE_H_

#include <vector>

#include "compile/calibrate/ranges.h"
#include "compile/ir/graph.h"
#include "compile/plan/plan.h"
#include "octet/compiler.h"

namespace octet::compile {

// Every stored value and every int8 node's weights are rounded to codes, alone
// and away from the network; the worst are then put one by one into the float
// network, and what that does where int8 ends is their cost. So a value is
// blamed for all its readers at once, and a node not for what it reads.
//
//   ranges:  what calibration saw.
//   plan:    of the engine; null: its weights are taken to be rounded over
//            their whole range.
//   most:    suspects, at most; those that one remedy covers are one.
//   errors:  kBadInput if no sample can be read or one does not fit.
Result<std::vector<Suspect>> Diagnose(const Graph& graph, const Engine& engine,
                                      const SampleSource& samples,
                                      const Ranges& ranges, const Plan* plan,
                                      size_t most);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_DIAGNOSE_H_
