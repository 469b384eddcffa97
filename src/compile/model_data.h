// What the public objects of the compiler hold.
#ifndef OCTET_COMPILE_MODEL_DATA_H_
#define OCTET_COMPILE_MODEL_DATA_H_

#include <optional>
#include <string>
#include <vector>

#include "compile/calibrate/ranges.h"
#include "compile/ir/graph.h"
#include "compile/plan/plan.h"
#include "octet/compiler.h"

namespace octet {

struct Model::Data {
  std::string name, hash;
  compile::Graph graph;                   // float, canonical
  std::optional<compile::Plan> imported;  // of a QDQ model
  std::vector<ValueInfo> inputs, outputs;
  std::vector<ModelNode> nodes;
  int64_t weight_bytes = 0;
};

struct Calibration::Data {
  compile::Ranges ranges;
};

}  // namespace octet

#endif  // OCTET_COMPILE_MODEL_DATA_H_
