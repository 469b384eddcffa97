#include "compile/calibrate/seen_values.h"

#include "compile/calibrate/structure_key.h"

namespace octet::compile {

SeenValues::SeenValues(const Graph& graph, const Ranges& ranges)
    : graph_(graph), ranges_(ranges), keys_(StructureKeys(graph)) {
  for (const ValueRange& value : ranges.values) {
    by_structure_[value.structure] = &value;
  }
}

const ValueRange* SeenValues::Find(ValueId v) const {
  const uint64_t key = keys_[size_t(v)];
  const ValueRange* named = ranges_.Find(graph_.values[size_t(v)].name);
  if (named != nullptr && named->structure == key) return named;
  const auto same = by_structure_.find(key);
  return same == by_structure_.end() ? nullptr : same->second;
}

}  // namespace octet::compile
