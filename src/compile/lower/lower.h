// Graph + Plan -> Program: the last stage of the compiler.
#ifndef OCTET_COMPILE_LOWER_LOWER_H_
#define OCTET_COMPILE_LOWER_LOWER_H_

#include "compile/ir/graph.h"
#include "compile/plan/plan.h"
#include "engine/constants.h"
#include "engine/program.h"

namespace octet::compile {

struct Lowered {
  engine::ProgramT program;  // one profile
  engine::ConstantPool constants;
};

struct LowerOptions {
  // Parts of a concatenation are written where they belong, slices are views,
  // products read and write transposed, an attention is one step, and what is
  // computed element by element may lie where an operand did that nobody needs
  // again. Off, every value of the graph is made whole by a step of its own
  // (but for reshapes): so that calibration sees each of them.
  bool in_place = true;
  // Off, no two values share memory, so that each is still there at the end of
  // a run and steps may be run again one by one.
  bool reuse_memory = true;
  // Samples in a run of the program (Profile.batch), of which the graph is one.
  // The outputs of one then share memory with no other value, so that a session
  // may have each among the caller's.
  int64_t batch = 1;
};

// Lowers a graph of concrete shapes (after passes) as its plan says: packs
// weights, folds zero points and scales, writes concatenations in place, views
// slices, and gives every value its place in the arena. Deterministic.
//
//   plan:   complete: every u8 form has its parameters (calibrate/choose.h).
//   errors: kUnsupported listing every node that has no kernel, or whose
//           precision the plan asks for cannot be had, each with what to do;
//           kBadInput where the plan does not fit the graph.
Result<Lowered> Lower(const Graph& graph, const Plan& plan,
                      const LowerOptions& options = {});

// A plan that keeps everything in float.
Plan FloatPlan(const Graph& graph);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_LOWER_LOWER_H_
