// What folding the scale of one value touches.
#ifndef OCTET_COMPILE_SEARCH_FOLDABLE_H_
#define OCTET_COMPILE_SEARCH_FOLDABLE_H_

#include <optional>
#include <string>
#include <vector>

#include "compile/ir/graph.h"
#include "compile/plan/plan.h"

namespace octet::compile {

// One stored form of a value.
struct StoredForm {
  ValueId value;
  int form;
};

struct Foldable {
  StoredForm root;
  std::vector<NodeId> products;    // that mix its channels; may be none
  std::vector<StoredForm> copies;  // moved data with the same channels
  // Parts of a concatenation that are written with its parameters, and the
  // first of their channels.
  struct Part {
    StoredForm form;
    int64_t first_channel;
  };
  std::vector<Part> parts;
};

// What follows from folding the u8 form with one scale of a value; nullopt
// where somebody who makes or reads it needs one scale.
std::optional<Foldable> FindFoldable(const Graph& graph, const Uses& uses,
                                     const Plan& plan, ValueId v);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_FOLDABLE_H_
