// Whether a plan fits a graph. A plan may have been edited by hand or made for
// another model, so this stands before everything that reads one.
#ifndef OCTET_COMPILE_PLAN_CHECK_PLAN_H_
#define OCTET_COMPILE_PLAN_CHECK_PLAN_H_

#include "compile/ir/graph.h"
#include "compile/plan/plan.h"

namespace octet::compile {

// Every node and value of the graph is in the plan, every form that is read
// exists, and every list of scales has one entry or one per channel.
//
//   plan:   scales may still be missing: they come with the ranges.
//   errors: kBadInput naming the node or value and what was expected.
Status CheckPlan(const Graph& graph, const Plan& plan);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_PLAN_CHECK_PLAN_H_
