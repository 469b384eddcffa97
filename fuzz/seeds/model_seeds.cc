// Seeds for the ONNX, engine, session and calibration targets.
#include <onnx.pb.h>

#include <initializer_list>
#include <utility>
#include <vector>

#include "compile/calibrate/ranges_file.h"
#include "engine/engine_file.h"
#include "engine/metadata.h"
#include "engine/testing/every_step.h"
#include "engine/testing/test_program.h"
#include "fuzz/run_session.h"
#include "fuzz/seeds/seed_folder.h"

namespace octet::fuzz {
namespace {

// Puts small ONNX models together.
class ModelSeed {
 public:
  explicit ModelSeed(int64_t opset) {
    model_.set_ir_version(8);
    model_.add_opset_import()->set_version(opset);
    model_.mutable_graph()->set_name("seed");
  }

  void Input(const char* name, std::initializer_list<int64_t> dims) {
    auto* value = model_.mutable_graph()->add_input();
    value->set_name(name);
    auto* type = value->mutable_type()->mutable_tensor_type();
    type->set_elem_type(onnx::TensorProto::FLOAT);
    for (const int64_t dim : dims) {
      auto* entry = type->mutable_shape()->add_dim();
      if (dim < 0) {
        entry->set_dim_param("batch");
      } else {
        entry->set_dim_value(dim);
      }
    }
  }

  void Output(const char* name) {
    model_.mutable_graph()->add_output()->set_name(name);
  }

  // A constant of n elements, 1/8 or 3 each.
  void Constant(const char* name, std::initializer_list<int64_t> dims,
                int type = onnx::TensorProto::FLOAT) {
    auto* tensor = model_.mutable_graph()->add_initializer();
    tensor->set_name(name);
    tensor->set_data_type(type);
    int64_t n = 1;
    for (const int64_t dim : dims) {
      tensor->add_dims(dim);
      n *= dim;
    }
    for (int64_t i = 0; i < n; ++i) {
      if (type == onnx::TensorProto::FLOAT) {
        tensor->add_float_data(0.125f);
      } else {
        tensor->add_int32_data(3);
      }
    }
  }

  void Integers(const char* name, std::initializer_list<int64_t> values) {
    auto* tensor = model_.mutable_graph()->add_initializer();
    tensor->set_name(name);
    tensor->set_data_type(onnx::TensorProto::INT64);
    tensor->add_dims(int64_t(values.size()));
    for (const int64_t value : values) tensor->add_int64_data(value);
  }

  onnx::NodeProto* Node(const char* type,
                        std::initializer_list<const char*> inputs,
                        const char* output) {
    auto* node = model_.mutable_graph()->add_node();
    node->set_op_type(type);
    node->set_name(std::string("n_") + output);
    for (const char* input : inputs) node->add_input(input);
    node->add_output(output);
    return node;
  }

  static void Attribute(onnx::NodeProto* node, const char* name,
                        std::initializer_list<int64_t> values) {
    auto* attribute = node->add_attribute();
    attribute->set_name(name);
    attribute->set_type(onnx::AttributeProto::INTS);
    for (const int64_t value : values) attribute->add_ints(value);
  }

  static void Attribute(onnx::NodeProto* node, const char* name,
                        int64_t value) {
    auto* attribute = node->add_attribute();
    attribute->set_name(name);
    attribute->set_type(onnx::AttributeProto::INT);
    attribute->set_i(value);
  }

  std::string bytes() const { return model_.SerializeAsString(); }

 private:
  onnx::ModelProto model_;
};

// Convolution, batch normalization, activation, pooling and a classifier.
std::string Classifier() {
  ModelSeed m(13);
  m.Input("x", {-1, 3, 8, 8});
  m.Constant("w", {4, 3, 3, 3});
  for (const char* name : {"g", "b", "m", "v"}) m.Constant(name, {4});
  m.Constant("fw", {4, 5});
  m.Constant("fb", {5});
  auto* conv = m.Node("Conv", {"x", "w"}, "c");
  ModelSeed::Attribute(conv, "pads", {1, 1, 1, 1});
  ModelSeed::Attribute(conv, "strides", {2, 2});
  m.Node("BatchNormalization", {"c", "g", "b", "m", "v"}, "n");
  m.Node("Relu", {"n"}, "r");
  auto* pool = m.Node("MaxPool", {"r"}, "p");
  ModelSeed::Attribute(pool, "kernel_shape", {2, 2});
  m.Node("GlobalAveragePool", {"p"}, "a");
  m.Node("Flatten", {"a"}, "f");
  m.Node("Gemm", {"f", "fw", "fb"}, "y");
  ModelSeed::Attribute(m.Node("Softmax", {"y"}, "s"), "axis", 1);
  m.Output("s");
  return m.bytes();
}

// Branches, slices, resize and reshape, as in a detector.
std::string Detector() {
  ModelSeed m(17);
  m.Input("x", {1, 4, 6, 6});
  m.Constant("w", {4, 1, 3, 3});
  m.Constant("scales", {4});
  m.Integers("halves", {2, 2});
  m.Integers("shape", {1, -1, 12});
  auto* conv = m.Node("Conv", {"x", "w"}, "d");
  ModelSeed::Attribute(conv, "group", 4);
  ModelSeed::Attribute(conv, "pads", {1, 1, 1, 1});
  m.Node("Sigmoid", {"d"}, "g");
  m.Node("Mul", {"d", "g"}, "silu");
  auto* split = m.Node("Split", {"silu", "halves"}, "a");
  split->add_output("b");
  ModelSeed::Attribute(split, "axis", 1);
  auto* concat = m.Node("Concat", {"b", "a", "x"}, "cat");
  ModelSeed::Attribute(concat, "axis", 1);
  auto* move = m.Node("Transpose", {"cat"}, "t");
  ModelSeed::Attribute(move, "perm", {0, 2, 3, 1});
  m.Node("Reshape", {"t", "shape"}, "y");
  m.Output("y");
  m.Node("Resize", {"a", "", "scales"}, "z");
  m.Output("z");
  return m.bytes();
}

// A convolution between QuantizeLinear and DequantizeLinear.
std::string Quantized() {
  ModelSeed m(13);
  m.Input("x", {1, 2, 4, 4});
  m.Constant("s", {});
  m.Constant("z", {}, onnx::TensorProto::UINT8);
  m.Constant("wq", {2, 2, 1, 1}, onnx::TensorProto::INT8);
  m.Constant("wz", {}, onnx::TensorProto::INT8);
  m.Node("QuantizeLinear", {"x", "s", "z"}, "q");
  m.Node("DequantizeLinear", {"q", "s", "z"}, "d");
  m.Node("DequantizeLinear", {"wq", "s", "wz"}, "w");
  m.Node("Conv", {"d", "w"}, "c");
  m.Node("QuantizeLinear", {"c", "s", "z"}, "cq");
  m.Node("DequantizeLinear", {"cq", "s", "z"}, "y");
  m.Output("y");
  return m.bytes();
}

compile::RangesFile SomeRanges() {
  compile::RangesFile file;
  file.ranges.preprocess = "resize = \"none\"\n";
  file.ranges.samples = 2;
  file.ranges.skipped = {"broken.jpg"};
  for (const char* name : {"a", "b"}) {
    compile::ValueRange value;
    value.name = name;
    value.histogram.Add(std::vector<float>{-1.0f, 0.0f, 0.5f, 3.0f});
    value.channel_low = {-1.0f, 0.0f};
    value.channel_high = {0.5f, 3.0f};
    value.low_sum.Add(-1.0f);
    value.high_sum.Add(3.0f);
    value.low_sample = value.high_sample = 1;
    file.ranges.values.push_back(value);
  }
  file.ranges.shards = {{3, 2, 1, {7, 9}}};
  file.progress = {.next_sample = 2,
                   .shard = 1,
                   .shards = 2,
                   .set_samples = 3,
                   .done = {7, 0}};
  return file;
}

}  // namespace

void AddModelSeeds(const SeedFolder& folder) {
  folder.Add("onnx", "classifier", Classifier());
  folder.Add("onnx", "detector", Detector());
  folder.Add("onnx", "quantized", Quantized());
  const auto small = engine::SmallProgram();
  const auto every = engine::EveryStep();
  for (const auto& [name, program] :
       {std::pair("small_program", &small), std::pair("every_step", &every)}) {
    const engine::AlignedBytes packed = engine::PackProgram(program->program());
    // A seed beyond the limits would seed nothing.
    Expect(RunSession(packed) && packed.size() <= kMostInput);
    folder.Add("engine", name, packed);
    folder.Add("session", name, packed);
  }
  const auto file = engine::EngineBytes(small.program(), small.constants());
  if (file.ok()) folder.Add("engine", "file", *file);
  const auto ranges = compile::SerializeRanges(SomeRanges());
  folder.Add("calibration", "file", ranges);
  folder.Add("calibration", "payload", std::span(ranges).subspan(32));
}

}  // namespace octet::fuzz
