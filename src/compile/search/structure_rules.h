// Rules of structure: what eight bits are known to hurt, told from the graph,
// the plan and what calibration saw, without a run. They propose; a trial
// decides.
#ifndef OCTET_COMPILE_SEARCH_STRUCTURE_RULES_H_
#define OCTET_COMPILE_SEARCH_STRUCTURE_RULES_H_

#include <string>
#include <vector>

#include "compile/calibrate/ranges.h"
#include "compile/ir/graph.h"
#include "compile/plan/plan.h"
#include "compile/plan/protect.h"

namespace octet::compile {

struct Proposal {
  std::vector<size_t> values;  // stored values to keep out, ascending
  std::string kind;            // a few words, the same for the same rule
  std::string reason;          // with what shows it
  bool operator==(const Proposal&) const = default;
};

// In this order, at most three of a kind and eight in all, the strongest first:
//
//   detection head        a concatenation in int8 that joins what a sigmoid or
//                         softmax bounds with what nothing bounds
//   softmax over bins     what the products before a softmax read, where a
//                         product behind it makes one number of each
//                         distribution (distances of box sides)
//   shared concat scale, unlike channels, weight channel, outlier sample, range
//   too wide              as CauseOfValue (cause.h) tells them
//   saturated sum         a sum whose range leaves out half a percent of its
//                         elements and more
//   tiny weights          what a product reads whose weights are four steps
//                         and less: in the median of their magnitudes, for half
//                         of its outputs and more
//   squeeze-excite gate   what has one pixel, on the way from a mean over all
//                         pixels to a factor of them
//
//   plan:   complete.
//   stored: of it (FindStoredValues).
//   ranges: what calibration saw; null: the rules that ask it are left out.
std::vector<Proposal> ProposeProtection(const Graph& graph, const Plan& plan,
                                        const std::vector<StoredValue>& stored,
                                        const Ranges* ranges);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_STRUCTURE_RULES_H_
