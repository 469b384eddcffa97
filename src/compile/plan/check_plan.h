// Whether a plan fits a graph. A plan may have been edited by hand or made for
// another model, so this stands before everything that reads one.
#ifndef OCTET_COMPILE_PLAN_CHECK_PLAN_H_
#define OCTET_COMPILE_PLAN_CHECK_PLAN_H_

#include <string_view>

#include "compile/ir/graph.h"
#include "compile/plan/plan.h"

namespace octet::compile {

// Every node and value of the graph is in the plan, every form that is read
// exists, and every list of scales has one entry or one per channel.
//
//   plan:   scales may still be missing: they come with the ranges.
//   source: what messages call the plan: its file.
//   errors: kBadInput naming the node or value, what was expected and what to
//           do.
Status CheckPlan(const Graph& graph, const Plan& plan,
                 std::string_view source = "plan");

// What nodes read and write suits their precisions.
//
//   plan:   has passed CheckPlan.
//   errors: kUnsupported for a node without a form in its precision; kBadInput
//           where a form is stored otherwise than the node reads or writes it.
//           Each names the node and says what to do.
Status CheckForms(const Graph& graph, const Plan& plan,
                  std::string_view source = "plan");

}  // namespace octet::compile

#endif  // OCTET_COMPILE_PLAN_CHECK_PLAN_H_
