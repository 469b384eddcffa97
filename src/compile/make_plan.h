// Which plan a build obeys: the one it is given, that of a QDQ model, or one by
// the rules of structure.
#ifndef OCTET_COMPILE_MAKE_PLAN_H_
#define OCTET_COMPILE_MAKE_PLAN_H_

#include <map>
#include <string>

#include "compile/ir/graph.h"
#include "compile/plan/plan.h"
#include "octet/compiler.h"

namespace octet::compile {

// A plan whose u8 forms may still lack their parameters. One that is given is
// obeyed as it is: what else `options` ask is checked against it.
//   imported: the plan of a QDQ model, or null.
//   model:    its name in messages.
//   peaks:    the largest magnitude that calibration saw of each value; empty
//             where there was none.
//   errors:   kUsage for options that contradict each other or match nothing,
//             kBadInput for a given plan that does not fit the graph,
//             kUnsupported for what it or a requirement cannot have.
Result<Plan> MakePlan(const Graph& graph, const Plan* imported,
                      const std::string& model, const BuildOptions& options,
                      std::map<std::string, float> peaks);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_MAKE_PLAN_H_
