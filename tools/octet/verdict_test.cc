#include "verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx.pb.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace octet::cli {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr int kIn = 16, kClasses = 4;

void AddValue(onnx::ValueInfoProto* value, const char* name, int64_t size) {
  value->set_name(name);
  auto* type = value->mutable_type()->mutable_tensor_type();
  type->set_elem_type(onnx::TensorProto::FLOAT);
  type->mutable_shape()->add_dim()->set_dim_value(1);
  type->mutable_shape()->add_dim()->set_dim_value(size);
}

void AddNode(onnx::GraphProto* graph, const char* type, const char* name,
             std::initializer_list<const char*> inputs) {
  auto* node = graph->add_node();
  node->set_op_type(type);
  node->set_name(name);
  for (const char* input : inputs) node->add_input(input);
  node->add_output(name);
}

// scores = x w, y = softmax(scores): one node in int8, one kept.
Model Classifier() {
  onnx::ModelProto proto;
  proto.set_ir_version(8);
  proto.add_opset_import()->set_version(13);
  auto* graph = proto.mutable_graph();
  graph->set_name("classifier");
  AddValue(graph->add_input(), "x", kIn);
  AddValue(graph->add_output(), "y", kClasses);
  auto* w = graph->add_initializer();
  w->set_name("w");
  w->set_data_type(onnx::TensorProto::FLOAT);
  w->add_dims(kIn);
  w->add_dims(kClasses);
  for (int i = 0; i < kIn * kClasses; ++i) {
    w->add_float_data(float(i * 37 % 64) / 32.0f - 1.0f);
  }
  AddNode(graph, "MatMul", "scores", {"x", "w"});
  AddNode(graph, "Softmax", "y", {"scores"});
  const std::string bytes = proto.SerializeAsString();
  const auto model =
      Model::FromBytes(std::as_bytes(std::span(bytes)), "classifier.onnx");
  EXPECT_TRUE(model.ok()) << model.status().message();
  return *model;
}

// Samples of unlike numbers; `broken` cannot be read.
class Samples : public SampleSource {
 public:
  explicit Samples(int64_t broken = -1) : broken_(broken) {}
  int64_t size() const override { return 40; }
  Result<std::vector<Tensor>> Get(int64_t i) const override {
    if (i == broken_) return Status(Code::kBadInput, "broken");
    Tensor x(DType::kF32, Shape{1, kIn});
    for (int64_t j = 0; j < kIn; ++j) {
      x.as<float>()[size_t(j)] = float((i * 7 + j * 11) % 23) / 11.0f - 1.0f;
    }
    return std::vector<Tensor>{x};
  }
  std::string Name(int64_t i) const override { return std::to_string(i); }

 private:
  int64_t broken_;
};

class VerdictTest : public testing::Test {
 protected:
  VerdictTest()
      : model_(Classifier()),
        path_(fs::path(testing::TempDir()) /
              ("verdict-" + std::to_string(getpid()) + ".octet")) {
    console_.json = true;
    request_.engine_path = path_;
    request_.time = false;
    options_.range_rule = "minmax";
  }
  ~VerdictTest() override { fs::remove(path_ + ".verdict.json"); }

  // The verdict on a build of the model; the same as the file that it leaves.
  nlohmann::json Give() {
    const auto ranges = Calibrate(model_, Samples());
    EXPECT_TRUE(ranges.ok()) << ranges.status().message();
    const auto build = BuildEngine(model_, &*ranges, options_);
    EXPECT_TRUE(build.ok()) << build.status().message();
    const Status given =
        GiveVerdict(model_, *build, options_, request_, console_);
    EXPECT_TRUE(given.ok()) << given.message();
    std::ifstream file(path_ + ".verdict.json");
    EXPECT_EQ(nlohmann::json::parse(file), console_.result());
    return console_.result();
  }

  Model model_;
  std::string path_;
  Console console_;
  BuildOptions options_;
  VerdictRequest request_;
};

TEST_F(VerdictTest, NamesWhatWasKeptAndWhy) {
  request_.measure = false;
  const nlohmann::json verdict = Give();
  EXPECT_EQ(verdict["nodes"], 2);
  EXPECT_EQ(verdict["int8_nodes"], 1);
  EXPECT_EQ(verdict["int8_mac_share"], 1.0);
  ASSERT_EQ(verdict["kept"].size(), 1u);
  EXPECT_EQ(verdict["kept"][0]["nodes"], nlohmann::json::array({"y"}));
  EXPECT_NE(verdict["kept"][0]["reason"], "");
}

TEST_F(VerdictTest, SaysSizesAndTheNextCommand) {
  request_.measure = false;
  const nlohmann::json verdict = Give();
  EXPECT_EQ(verdict["engine"], path_);
  EXPECT_GT(verdict["engine_bytes"], kIn * kClasses);
  EXPECT_EQ(verdict["model_weight_bytes"], kIn * kClasses * 4);
  EXPECT_THAT(verdict["verdict"].get<std::string>(),
              AllOf(HasSubstr(path_), HasSubstr("256 B of weights"),
                    Not(HasSubstr("as in float"))));
  EXPECT_THAT(verdict["next"].get<std::string>(), HasSubstr("octet eval"));
  EXPECT_FALSE(verdict.contains("agreement"));
}

TEST_F(VerdictTest, ComparesTheTopClassOfAClassifierOnAFewSamples) {
  request_.samples = std::make_unique<Samples>();
  const nlohmann::json verdict = Give();
  EXPECT_EQ(verdict["agreement"]["samples"], 32) << "of 40";
  EXPECT_GE(verdict["agreement"]["share"], 0.9);
  EXPECT_GT(verdict["agreement"]["sqnr_db"], 20.0);
  EXPECT_GT(verdict["f32_engine_bytes"], 0);
  EXPECT_THAT(verdict["verdict"].get<std::string>(),
              HasSubstr("of top answers as in float"));
  EXPECT_FALSE(verdict.contains("latency_ms"));
}

TEST_F(VerdictTest, PassesOverASampleThatCannotBeRead) {
  request_.samples = std::make_unique<Samples>(3);
  EXPECT_EQ(Give()["agreement"]["samples"], 31);
}

TEST_F(VerdictTest, OfAFloatBuildComparesNothing) {
  options_.precision = "fp32";
  request_.samples = std::make_unique<Samples>();
  const nlohmann::json verdict = Give();
  EXPECT_EQ(verdict["int8_nodes"], 0);
  EXPECT_FALSE(verdict.contains("agreement"));
}

TEST_F(VerdictTest, ThatCannotBeWrittenIsAnError) {
  request_.measure = false;
  request_.engine_path = path_ + "/absent/e.octet";
  options_.precision = "fp32";
  const auto build = BuildEngine(model_, nullptr, options_);
  ASSERT_TRUE(build.ok());
  const Status given =
      GiveVerdict(model_, *build, options_, request_, console_);
  EXPECT_EQ(given.code(), Code::kBadInput);
  EXPECT_THAT(given.message(), HasSubstr("verdict.json"));
}

}  // namespace
}  // namespace octet::cli
