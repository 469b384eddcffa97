// Lets the forms of values follow precisions that were edited by hand.
#ifndef OCTET_COMPILE_PLAN_ALIGN_FORMS_H_
#define OCTET_COMPILE_PLAN_ALIGN_FORMS_H_

#include "compile/ir/graph.h"
#include "compile/plan/plan.h"

namespace octet::compile {

// Whoever edits a plan changes a node's precision; what its neighbours then
// read and write follows from that:
//
//   fp32: writes f32 first (the u8 forms are made from it), and reads f32 where
//         a value is made in it. A node of a QDQ model goes on reading what the
//         codes stand for, and its reason says that the plan was edited; the
//         reason of others becomes "asked".
//   int8: reads u8 and, unless it is a product, writes u8 first. Forms that
//         this adds have no parameters yet: ChooseParams gives them some.
//
// A plan that octet wrote is left as it is.
//   plan: has passed CheckPlan.
void AlignForms(const Graph& graph, Plan& plan);

// Lets the producer of a value write `wanted`, which is added if it is not
// among the value's forms; all readers keep the form that they read.
void WriteFirst(const Graph& graph, ValueId value, const Form& wanted,
                Plan& plan);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_PLAN_ALIGN_FORMS_H_
