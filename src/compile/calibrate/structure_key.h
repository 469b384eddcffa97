// A name for what computes a value: the operations, attributes and constants
// that it comes from. It stays the same when a model is renamed or exported
// anew, and changes when anything that matters to its range does.
#ifndef OCTET_COMPILE_CALIBRATE_STRUCTURE_KEY_H_
#define OCTET_COMPILE_CALIBRATE_STRUCTURE_KEY_H_

#include <cstdint>
#include <vector>

#include "compile/ir/graph.h"

namespace octet::compile {

// One key for each value of the graph.
std::vector<uint64_t> StructureKeys(const Graph& graph);

// One key for the whole graph: of its outputs.
uint64_t GraphKey(const Graph& graph);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_CALIBRATE_STRUCTURE_KEY_H_
