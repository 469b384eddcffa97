// The text form of a Graph: what a pass is tested with, text in and text out.
//
//   graph "resnet"
//   input x f32[N,8,8,3]
//   const w f32[16,3,3,3]{seed=1}
//   const b f32[2]{0.5, -1}
//   y f32[N,8,8,16] = Conv(x, w, _) pads=[1,1,1,1] after=relu name=conv1
//   output y
//
// One line each; '#' starts a comment. `_` is a missing input. Names that hold
// more than letters, digits and _ . / : @ $ - are quoted. A dimension is a
// number or a symbol. `f32[...]` is a value of unknown shape.
//
// Attributes at their defaults are left out, so are a node's `name` where it is
// its output's name, `type` where it is the kind and `origins` where they are
// only the name. In the line of a node the type may be left out: Parse infers
// it.
//
// Constants of at most 16 elements are written out. Bigger ones, and more than
// 4 equal elements, are a fill (`{fill=0.5}`), a seed (`{seed=5}`, 0 to 63:
// numbers that MakeSeeded makes) or, from real models, a hash, which Parse
// cannot turn back into numbers.
#ifndef OCTET_COMPILE_IR_TEXT_H_
#define OCTET_COMPILE_IR_TEXT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "compile/ir/graph.h"
#include "octet/status.h"

namespace octet::compile {

// The same graph gives the same text on every machine.
std::string Print(const Graph& graph);

// One node's line, without its end; for messages.
std::string PrintNode(const Graph& graph, const Node& node);

// The graph of a text. Values whose line leaves out the type get it from shape
// inference. The result satisfies Verify.
//   errors: kBadInput with the line's number.
Result<Graph> Parse(std::string_view text);

// What `{seed=N}` stands for: f32 are multiples of 2^-10 in [-1, 1), s8 is in
// [-127, 127], u8 in [0, 255], other integers in [0, 1000), bool is 0 or 1.
//   dtype: not f16 and not bf16.
Tensor MakeSeeded(DType dtype, const Shape& shape, uint64_t seed);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_IR_TEXT_H_
