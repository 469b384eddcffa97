// Which nodes can run on 16-bit floats (halves: f16 or bf16).
#ifndef OCTET_COMPILE_PLAN_HALF_FORM_H_
#define OCTET_COMPILE_PLAN_HALF_FORM_H_

#include <map>
#include <string>

#include "compile/ir/graph.h"

namespace octet::compile {

// Whether there is a kernel for it: products, and what moves their results
// unchanged.
bool HasHalfForm(const Graph& graph, const Node& node);

// The peaks of all values: calibration sees no value that is only moved, which
// is as large as what it is moved from.
std::map<std::string, float> WithMovedPeaks(const Graph& graph,
                                            std::map<std::string, float> peaks);

// What keeps a node out of f16: a constant that f16 cannot hold, or a value
// that came within a factor of two of its end; empty if nothing does.
//
//   peaks: the largest magnitude that calibration saw of each value; what is
//          missing is taken to fit.
std::string WhyNotF16(const Graph& graph, const Node& node,
                      const std::map<std::string, float>& peaks);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_PLAN_HALF_FORM_H_
