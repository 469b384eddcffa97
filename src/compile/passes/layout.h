// Values as views: "y is x with its axes permuted", not yet computed.
//
// MakeChannelsLast walks through the graph once and builds it anew. A transpose
// is not copied but noted as a view; an operation that can work on the viewed
// value does so, and what it makes is a view again. Only where an operation
// needs the order that the model gave is the view computed. So transposes
// travel down the graph, meet, and cancel, without ever being moved.
#ifndef OCTET_COMPILE_PASSES_LAYOUT_H_
#define OCTET_COMPILE_PASSES_LAYOUT_H_

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "compile/ir/graph.h"
#include "octet/status.h"

namespace octet::compile {

// Axis i of a value is axis perm[i] of what it is made from.
using Perm = std::vector<int64_t>;

bool IsIdentity(const Perm& perm);
// The permutation that undoes it.
Perm Inverse(const Perm& perm);
// `list`, one entry per axis of a view, as one per axis of its source.
std::vector<int64_t> ToSource(const std::vector<int64_t>& list,
                              const Perm& perm);
// Whether only axes of size 1 change places, so that no element moves.
bool MovesNothing(const Shape& shape, const Perm& perm);

// The operation that permutes a value: a Transpose, or a Reshape where no
// element moves.
Op PermuteOp(const Value& source, const Perm& perm);

// A value that is `source` with permuted axes.
struct View {
  ValueId source = kNoValue;
  Perm perm;
};

class Layout {
 public:
  // Takes the nodes out of the graph; they are given back one by one, changed
  // or not, with Emit. The graph outlives this object.
  explicit Layout(Graph& graph);
  std::vector<Node> TakeNodes() { return std::move(old_nodes_); }

  Graph& graph() { return graph_; }
  const Value& value(ValueId id) const { return graph_.values[size_t(id)]; }

  // The view that a value is; null if it is none.
  const View* Find(ValueId id) const;
  // Notes that `id` is a view. `computed`: its elements exist as well.
  void Note(ValueId id, View view, bool computed = false);

  // The same where the importer made the source, and named it after the value.
  void NoteImported(ValueId id, View view);

  // The value as the model has it, computed if it was only a view.
  ValueId Use(ValueId id);
  // The value w of which `id`, broadcast to the rank of `perm`, is the view
  // with that permutation, if w comes for free: the source of such a view, a
  // constant, or what no element moves for. kNoValue stays kNoValue.
  Result<std::optional<ValueId>> Unpermuted(ValueId id, const Perm& perm);
  // A new value for what `id` shall be a view of, noted as such.
  ValueId NewSource(ValueId id, const Perm& perm);

  void Emit(Node node);
  // Emits the node with every view among its inputs computed.
  void EmitPlain(Node node);
  // Emits an operation of the pass's own on `input`; `base` lends the name.
  ValueId EmitMove(Op op, ValueId input, const Shape& shape,
                   const std::string& base);

  // Computes the outputs and settles names: a value that the model named keeps
  // its name in whatever layout it is now.
  void Finish();

 private:
  ValueId NewValue(const std::string& base, DType dtype, const Shape& shape);
  // A value whose elements lie as those of `id`, seen as `shape` and permuted,
  // would; kNoValue if there is none yet.
  ValueId SameElements(ValueId id, const Shape& shape, const Perm& perm);
  // Makes `output` from the view: by a transpose, or cheaper where possible.
  void Compute(ValueId output, const View& view);
  bool ComputeFromConstant(ValueId output, const View& view);
  void GiveNames();
  std::string UniqueNodeName(const std::string& base);

  Graph& graph_;
  std::vector<Node> old_nodes_;
  std::unordered_map<ValueId, View> views_;
  std::unordered_set<ValueId> computed_;
  std::map<std::pair<ValueId, Perm>, ValueId> transposed_;  // of Use
  std::map<std::pair<ValueId, Perm>, ValueId> unpermuted_;
  std::unordered_map<ValueId, size_t> producer_;
  std::vector<std::pair<ValueId, ValueId>> sources_;  // value, its source
  std::unordered_set<ValueId> is_output_;
  std::unordered_set<std::string> value_names_;
  std::unordered_set<std::string> node_names_;
};

// Emits the node so that it works on the sources of the views among its
// inputs, and notes its output as a view.
//   returns: false, with nothing done, if its kind or its inputs do not allow
//            that.
Result<bool> FollowView(Layout& layout, const Node& node);

// The same for a Reshape.
Result<bool> FollowReshape(Layout& layout, const Node& node);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_PASSES_LAYOUT_H_
