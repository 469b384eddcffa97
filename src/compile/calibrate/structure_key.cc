#include "compile/calibrate/structure_key.h"

#include <type_traits>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "compile/ir/op_fields.h"

namespace octet::compile {
namespace {

uint64_t Mix(uint64_t seed, const void* data, size_t n) {
  return XXH3_64bits_withSeed(data, n, seed);
}

// Hashes attributes in the order of VisitFields.
struct FieldHash {
  uint64_t key;

  template <typename T>
  void operator()(std::string_view, const T& field) {
    Add(field);
  }

 private:
  void Add(const Function& f) {
    Add(f.kind);
    Add(f.alpha);
    Add(f.beta);
  }
  template <typename T>
  requires(std::is_arithmetic_v<T> || std::is_enum_v<T>) void Add(T x) {
    key = Mix(key, &x, sizeof x);
  }
  template <typename T>
  requires requires(const T& list) { list.begin(); }
  void Add(const T& list) {
    Add(uint64_t(list.size()));
    for (const auto& x : list) Add(x);
  }
};

uint64_t ConstantKey(const Value& value) {
  const uint64_t seed = uint64_t(value.dtype) + 1;
  const auto dims = value.shape.dims();
  const uint64_t shaped = Mix(seed, dims.data(), dims.size_bytes());
  return Mix(shaped, value.data->raw(), size_t(value.data->bytes()));
}

}  // namespace

std::vector<uint64_t> StructureKeys(const Graph& graph) {
  std::vector<uint64_t> keys(graph.values.size());
  for (size_t v = 0; v < keys.size(); ++v) {
    if (graph.values[v].is_constant()) keys[v] = ConstantKey(graph.values[v]);
  }
  for (size_t i = 0; i < graph.inputs.size(); ++i) {
    const uint64_t number = i;
    keys[size_t(graph.inputs[i])] = Mix(0, &number, sizeof number);
  }
  for (const Node& node : graph.nodes) {
    const std::string_view kind = KindName(node.op);
    FieldHash hash{Mix(1, kind.data(), kind.size())};
    Op op = node.op;
    std::visit([&](auto& attributes) { VisitFields(hash, attributes); }, op);
    for (ValueId v : node.inputs) {
      const uint64_t key = v == kNoValue ? 0 : keys[size_t(v)];
      hash.key = Mix(hash.key, &key, sizeof key);
    }
    for (size_t o = 0; o < node.outputs.size(); ++o) {
      keys[size_t(node.outputs[o])] = Mix(hash.key, &o, sizeof o);
    }
  }
  return keys;
}

uint64_t GraphKey(const Graph& graph) {
  const std::vector<uint64_t> keys = StructureKeys(graph);
  uint64_t key = 2;
  for (ValueId v : graph.outputs) {
    key = Mix(key, &keys[size_t(v)], sizeof(uint64_t));
  }
  return key;
}

}  // namespace octet::compile
