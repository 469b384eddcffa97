// The numbers in small integer tensors, as far as they are known before a
// network runs: shapes and what is computed from them.
#ifndef OCTET_COMPILE_IR_KNOWN_H_
#define OCTET_COMPILE_IR_KNOWN_H_

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "compile/ir/graph.h"

namespace octet::compile {

// A number, a symbolic dimension or unknown.
struct KnownInt {
  enum class Kind : uint8_t { kUnknown, kNumber, kSymbol };
  Kind kind = Kind::kUnknown;
  int64_t value = 0;  // the number, or the dimension (negative, see Value)

  static KnownInt Number(int64_t n) { return {Kind::kNumber, n}; }
  // A dimension of a shape; kUnknownDim is unknown.
  static KnownInt Dim(int64_t dim);

  bool is_number() const { return kind == Kind::kNumber; }
  bool operator==(const KnownInt&) const = default;
};
using KnownInts = std::vector<KnownInt>;  // row-major

// Tensors with more elements are not followed.
inline constexpr int64_t kMostKnown = 256;

// Collects them while nodes are inferred in order.
class KnownValues {
 public:
  // The graph outlives this object.
  explicit KnownValues(const Graph& graph) : graph_(graph) {}

  // nullptr if nothing is known. Valid until the next call of Update.
  const KnownInts* Find(ValueId id);
  std::optional<std::vector<int64_t>> Numbers(ValueId id);

  // Follows the numbers through a node whose output's shape is known by now.
  void Update(const Node& node);

 private:
  const Graph& graph_;
  std::unordered_map<ValueId, KnownInts> known_;
};

}  // namespace octet::compile

#endif  // OCTET_COMPILE_IR_KNOWN_H_
