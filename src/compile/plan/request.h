// What a user asks of the precision of nodes.
#ifndef OCTET_COMPILE_PLAN_REQUEST_H_
#define OCTET_COMPILE_PLAN_REQUEST_H_

#include <string>
#include <string_view>
#include <vector>

#include "compile/ir/graph.h"
#include "compile/plan/plan.h"

namespace octet::compile {

// --keep PATTERN=PRECISION or --require PATTERN=PRECISION.
struct Request {
  std::string pattern;  // see match.h
  Precision precision = Precision::kF32;
  bool required = false;  // --require: fail rather than do otherwise
};
// "model.22.*=fp32" -> Request. errors: kUsage with "did you mean".
Result<Request> ParseRequest(std::string_view text, bool required);

// By node, the last of the requests that match it; null where none does.
//   errors: kUsage for a pattern that matches nothing (with "did you mean"), or
//           only what moves data, and for a --require of what a --keep before
//           it forbids.
Result<std::vector<const Request*>> RequestsByNode(
    const Graph& graph, const std::vector<Request>& requests);

// Every --require that the plan does not satisfy, as one error.
Status CheckRequired(const Graph& graph, const Plan& plan,
                     const std::vector<Request>& requests);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_PLAN_REQUEST_H_
