// Why a value or a node's weights lose much in eight bits, in words.
#ifndef OCTET_COMPILE_SEARCH_CAUSE_H_
#define OCTET_COMPILE_SEARCH_CAUSE_H_

#include <optional>
#include <string>
#include <vector>

#include "compile/calibrate/ranges.h"
#include "compile/ir/graph.h"
#include "compile/search/coded.h"
#include "octet/samples.h"

namespace octet::compile {

// What causes are told from.
struct Evidence {
  const Graph& graph;
  const Uses& uses;
  const Ranges& ranges;         // of calibration
  const SampleSource* samples;  // that calibration saw; null: nameless
  std::string_view rule;        // how ranges were chosen: engine.calibration()
};

struct Cause {
  std::string kind;    // a few words, the same for the same cause
  std::string words;   // with the numbers that show it
  std::string remedy;  // empty: to keep what reads it out of int8
};

// Shares of a value's elements that its codes cannot reach, and of the error
// that this makes.
struct Saturation {
  double below = 0, above = 0, of_error = 0;
};

// The first of these that the evidence shows:
//   shared concat scale   a part of a concatenation gets a few steps only
//   saturated, saturated sum
//                         most of the error is clipping
//   outlier sample        one sample's extreme made the range
//   weight channel        the value's widest channel is made by weights far
//                         larger than those of the others
//   unlike channels       one scale, and half of the channels get a few steps
//   range too wide        nearly all elements lie in a small part of it
//   rounding              none: eight bits are too few here
Cause CauseOfValue(const Evidence& evidence, const CodedValue& coded,
                   const Saturation& saturation, double sqnr_db);

// The same without a run: from "shared concat scale" to "range too wide".
std::optional<Cause> CauseByRange(const Evidence& evidence,
                                  const CodedValue& coded);

// The same for weights: one input channel far larger than the others, or
// rounding.
Cause CauseOfWeights(const Evidence& evidence, const Node& node,
                     double sqnr_db);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_CAUSE_H_
