// The stages together, behind the public header.
#include "octet/compiler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "compile/ir/text.h"
#include "compile/onnx/test_model.h"

namespace octet {
namespace {

using compile::TestModel;
using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

// Two convolutions and a softmax over the channels.
TestModel MakeOnnx(float first_weight = 0.5f) {
  TestModel onnx;
  std::vector<float> weights(size_t{8} * 4), second(size_t{6} * 8);
  for (size_t i = 0; i < weights.size(); ++i) {
    weights[i] = float(int(i * 7 % 11) - 5) / 8;
  }
  for (size_t i = 0; i < second.size(); ++i) {
    second[i] = float(int(i * 5 % 13) - 6) / 8;
  }
  weights[0] = first_weight;
  onnx.Input("image", {"batch", "4", "6", "6"})
      .Floats("w1", {8, 4, 1, 1}, weights)
      .Floats("w2", {6, 8, 1, 1}, second)
      .Node("Conv", {"image", "w1"}, {"a"})
      .Node("Relu", {"a"}, {"b"})
      .Node("Conv", {"b", "w2"}, {"c"})
      .Node("Softmax", {"c"}, {"y"})
      .Attr("axis", 1)
      .Output("y");
  return onnx;
}

Result<Model> Open(const TestModel& onnx, const ModelOptions& options = {}) {
  const std::string bytes = onnx.Bytes();
  return Model::FromBytes(std::as_bytes(std::span(bytes)), "net.onnx", options);
}

Model MustOpen(float first_weight = 0.5f) {
  Result<Model> model = Open(MakeOnnx(first_weight));
  EXPECT_TRUE(model.ok()) << model.status().message();
  return *std::move(model);
}

class Images : public SampleSource {
 public:
  int64_t size() const override { return 4; }
  Result<std::vector<Tensor>> Get(int64_t i) const override {
    std::vector<Tensor> inputs;
    inputs.push_back(
        compile::MakeSeeded(DType::kF32, Shape{1, 4, 6, 6}, uint64_t(i)));
    return inputs;
  }
  std::string Name(int64_t i) const override {
    return "image" + std::to_string(i);
  }
};

Calibration MustCalibrate(const Model& model) {
  CalibrateOptions options;
  options.threads = 1;
  options.preprocess = "raw";
  Result<Calibration> ranges = Calibrate(model, Images(), options);
  EXPECT_TRUE(ranges.ok()) << ranges.status().message();
  return *std::move(ranges);
}

Result<Build> BuildWith(const std::function<void(BuildOptions&)>& change) {
  const Model model = MustOpen();
  const Calibration ranges = MustCalibrate(model);
  BuildOptions options;
  options.preprocess = "raw";
  change(options);
  return BuildEngine(model, &ranges, options);
}

Build MustBuild(const std::function<void(BuildOptions&)>& change =
                    [](BuildOptions&) {}) {
  Result<Build> build = BuildWith(change);
  EXPECT_TRUE(build.ok()) << build.status().message();
  return *std::move(build);
}

std::map<std::string, std::string> Precisions(const Build& build) {
  const Result<Engine> engine = Engine::FromBytes(build.engine);
  EXPECT_TRUE(engine.ok()) << engine.status().message();
  std::map<std::string, std::string> found;
  for (const NodeNote& note : engine->notes()) {
    found[note.node] = note.precision;
  }
  return found;
}

TEST(Model, DescribesWhatItReadAndFused) {
  const Model model = MustOpen();
  EXPECT_EQ(model.name(), "net.onnx");
  EXPECT_EQ(model.hash().size(), 64u);
  EXPECT_FALSE(model.is_quantized());
  ASSERT_EQ(model.inputs().size(), 1u);
  EXPECT_EQ(model.inputs()[0].name, "image");
  EXPECT_EQ(model.inputs()[0].shape, (Shape{1, 4, 6, 6}));
  ASSERT_EQ(model.outputs().size(), 1u);
  EXPECT_EQ(model.outputs()[0].name, "y");
  EXPECT_EQ(model.weight_bytes(), (8 * 4 + 6 * 8) * 4);
  int64_t macs = 0;
  for (const ModelNode& node : model.nodes()) macs += node.macs;
  EXPECT_EQ(macs, int64_t{36} * (8 * 4 + 6 * 8));
  EXPECT_THAT(model.ToText(), HasSubstr("before=relu"));
  std::vector<std::string> read = {"image"};
  for (const ModelNode& node : model.nodes()) {
    EXPECT_EQ(node.inputs, read) << node.name;
    read = node.outputs;
  }
  EXPECT_EQ(read, std::vector<std::string>{"y"});
}

TEST(Model, TakesTheSizesOfSymbolsAndInputs) {
  ModelOptions options;
  options.symbols["batch"] = 3;
  const Result<Model> by_symbol = Open(MakeOnnx(), options);
  ASSERT_TRUE(by_symbol.ok()) << by_symbol.status().message();
  EXPECT_EQ(by_symbol->inputs()[0].shape, (Shape{3, 4, 6, 6}));
  options.symbols["height"] = 3;
  EXPECT_EQ(Open(MakeOnnx(), options).status().code(), Code::kUsage);
  options = {};
  options.shapes["image"] = Shape{2, 4, 6, 6};
  const Result<Model> by_shape = Open(MakeOnnx(), options);
  ASSERT_TRUE(by_shape.ok()) << by_shape.status().message();
  EXPECT_EQ(by_shape->outputs()[0].shape, (Shape{2, 6, 6, 6}));
}

TEST(Model, NamesTheFileThatCannotBeRead) {
  const Result<Model> model = Model::Open("/nowhere/net.onnx");
  ASSERT_FALSE(model.ok());
  EXPECT_THAT(model.status().message(), HasSubstr("/nowhere/net.onnx"));
}

TEST(BuildEngine, GivesTheSameBytesTwice) {
  EXPECT_EQ(MustBuild().engine, MustBuild().engine);
  EXPECT_EQ(MustBuild().plan, MustBuild().plan);
}

TEST(BuildEngine, GivesEachSampleOfABatchWhatItGivesOne) {
  const Build one = MustBuild();
  const auto run = [&](const ModelOptions& options, const Tensor& input) {
    const Result<Model> model = Open(MakeOnnx(), options);
    BuildOptions build;
    build.plan = one.plan;
    const Result<Build> built = BuildEngine(*model, nullptr, build);
    EXPECT_TRUE(built.ok()) << built.status().message();
    const Result<Engine> engine = Engine::FromBytes(built->engine);
    Result<Session> session = Session::Create(*engine, {.threads = 2});
    EXPECT_TRUE(session.ok()) << session.status().message();
    EXPECT_TRUE(session->SetInput(0, input).ok());
    EXPECT_TRUE(session->Run().ok());
    return *session->GetOutput(0);
  };
  ModelOptions batch;
  batch.symbols["batch"] = 3;
  const Tensor inputs = compile::MakeSeeded(DType::kF32, Shape{3, 4, 6, 6}, 9);
  const Tensor outputs = run(batch, inputs);
  ASSERT_EQ(outputs.shape(), (Shape{3, 6, 6, 6}));
  for (int64_t i = 0; i < 3; ++i) {
    Tensor input(DType::kF32, Shape{1, 4, 6, 6});
    std::copy_n(inputs.raw() + i * input.bytes(), input.bytes(), input.raw());
    const Tensor output = run({}, input);
    EXPECT_TRUE(std::equal(output.raw(), output.raw() + output.bytes(),
                           outputs.raw() + i * output.bytes()));
  }
}

TEST(BuildEngine, RecordsWhereTheEngineCameFrom) {
  const Build build =
      MustBuild([](BuildOptions& options) { options.detect = "none"; });
  const Result<Engine> engine = Engine::FromBytes(build.engine);
  ASSERT_TRUE(engine.ok()) << engine.status().message();
  EXPECT_EQ(engine->model_name(), "net.onnx");
  EXPECT_EQ(engine->model_hash(), MustOpen().hash());
  EXPECT_EQ(engine->preprocess(), "raw");
  EXPECT_EQ(engine->detect(), "none");
  EXPECT_THAT(std::string(engine->calibration()), HasSubstr("4 samples"));
}

TEST(BuildEngine, ObeysItsOwnPlanByteForByte) {
  const Build first = MustBuild();
  const Build second =
      MustBuild([&](BuildOptions& options) { options.plan = first.plan; });
  EXPECT_EQ(second.plan, first.plan);
  const Model model = MustOpen();
  const auto again = [&](const Calibration* ranges) {
    BuildOptions options;
    options.preprocess = "raw";
    options.plan = first.plan;
    return BuildEngine(model, ranges, options);
  };
  // A plan with all parameters needs no calibration.
  const Result<Build> bare = again(nullptr);
  ASSERT_TRUE(bare.ok()) << bare.status().message();
  EXPECT_EQ(Precisions(*bare), Precisions(first));
}

TEST(BuildEngine, ObeysAPlanInWhichOneNodeWasSetToFloat) {
  const Build build = MustBuild();
  for (const char* node : {"n_a", "n_c"}) {
    json plan = json::parse(build.plan);
    ASSERT_EQ(plan["nodes"][node]["precision"], "int8") << build.plan;
    plan["nodes"][node]["precision"] = "fp32";
    const Build edited =
        MustBuild([&](BuildOptions& options) { options.plan = plan.dump(); });
    for (const auto& [name, precision] : Precisions(edited)) {
      EXPECT_EQ(precision == "int8",
                name != node && Precisions(build).at(name) == "int8")
          << name << " after " << node;
    }
  }
}

TEST(BuildEngine, NamesThePlanAndTheNodeThatCannotBeObeyed) {
  json plan = json::parse(MustBuild().plan);
  plan["nodes"]["n_y"]["precision"] = "int8";
  const Result<Build> build = BuildWith([&](BuildOptions& options) {
    options.plan = plan.dump();
    options.plan_source = "edited.plan.json";
  });
  ASSERT_EQ(build.status().code(), Code::kUnsupported);
  EXPECT_THAT(build.status().message(), HasSubstr("edited.plan.json"));
  EXPECT_THAT(build.status().message(), HasSubstr("'n_y'"));
  EXPECT_THAT(build.status().message(), HasSubstr("fp32"));
}

TEST(BuildEngine, NamesThePlanThatIsOfAnotherModel) {
  json plan = json::parse(MustBuild().plan);
  plan["nodes"].erase("n_c");
  const Result<Build> build = BuildWith([&](BuildOptions& options) {
    options.plan = plan.dump();
    options.plan_source = "other.plan.json";
  });
  ASSERT_EQ(build.status().code(), Code::kBadInput);
  EXPECT_THAT(build.status().message(), HasSubstr("other.plan.json"));
  EXPECT_THAT(build.status().message(), HasSubstr("'n_c'"));
}

// What a given plan does not say is never passed over in silence.
TEST(BuildEngine, RefusesWhatAGivenPlanDoesNotObey) {
  json plan = json::parse(MustBuild().plan);
  plan["nodes"]["n_c"]["precision"] = "fp32";
  const auto refusal = [&](const std::function<void(BuildOptions&)>& edit) {
    return BuildWith([&](BuildOptions& options) {
             options.plan = plan.dump();
             options.plan_source = "edited.plan.json";
             edit(options);
           })
        .status();
  };
  const auto asks = [](auto BuildOptions::*list, const char* what) {
    return [=](BuildOptions& options) { options.*list = {what}; };
  };
  const Status keep = refusal(asks(&BuildOptions::keep, "n_a=fp32"));
  EXPECT_EQ(keep.code(), Code::kUsage);
  EXPECT_THAT(keep.message(), HasSubstr("edited.plan.json"));
  const Status require = refusal(asks(&BuildOptions::require, "n_c=int8"));
  EXPECT_EQ(require.code(), Code::kUnsupported);
  EXPECT_THAT(require.message(), HasSubstr("n_c"));
  EXPECT_TRUE(refusal(asks(&BuildOptions::require, "n_c=fp32")).ok());
  const Status f32 = refusal([](BuildOptions& o) { o.precision = "fp32"; });
  EXPECT_EQ(f32.code(), Code::kUsage);
  EXPECT_THAT(f32.message(), HasSubstr("--precision fp32"));
}

TEST(BuildEngine, WantsACalibrationForInt8) {
  const Result<Build> build = BuildEngine(MustOpen(), nullptr);
  ASSERT_EQ(build.status().code(), Code::kUsage);
  EXPECT_THAT(build.status().message(), HasSubstr("--calib"));
}

TEST(BuildEngine, WantsNoneForFloat) {
  BuildOptions options;
  options.precision = "fp32";
  const Result<Build> build = BuildEngine(MustOpen(), nullptr, options);
  ASSERT_TRUE(build.ok()) << build.status().message();
  for (const auto& [name, precision] : Precisions(*build)) {
    EXPECT_EQ(precision, "fp32") << name;
  }
}

TEST(BuildEngine, RefusesRangesOfOtherPreprocessing) {
  const Result<Build> build =
      BuildWith([](BuildOptions& options) { options.preprocess = "imagenet"; });
  ASSERT_EQ(build.status().code(), Code::kBadInput);
  EXPECT_THAT(build.status().message(), HasSubstr("raw"));
  EXPECT_THAT(build.status().message(), HasSubstr("imagenet"));
}

TEST(BuildEngine, TakesWishesAndSaysWhichItCannotMeet) {
  const Build kept =
      MustBuild([](BuildOptions& options) { options.keep = {"n_c=fp32"}; });
  EXPECT_EQ(Precisions(kept).at("n_c"), "fp32");
  const Result<Build> required =
      BuildWith([](BuildOptions& options) { options.require = {"*=int8"}; });
  ASSERT_EQ(required.status().code(), Code::kUnsupported);
  EXPECT_THAT(required.status().message(), HasSubstr("n_y (Softmax)"));
  EXPECT_THAT(required.status().message(), Not(HasSubstr("n_c")));
  EXPECT_EQ(
      BuildWith([](BuildOptions& options) { options.keep = {"n_c=int9"}; })
          .status()
          .code(),
      Code::kUsage);
}

TEST(BuildEngine, RefusesARuleThatItDoesNotKnow) {
  const Result<Build> build =
      BuildWith([](BuildOptions& options) { options.range_rule = "mee"; });
  ASSERT_EQ(build.status().code(), Code::kUsage);
  EXPECT_THAT(build.status().message(), HasSubstr("mee"));
}

TEST(Calibration, MergesToTheSameWhicheverComesFirst) {
  const Model model = MustOpen();
  CalibrateOptions options;
  options.threads = 1;
  options.shards = 2;
  std::vector<Calibration> shards;
  for (int shard : {1, 2}) {
    options.shard = shard;
    Result<Calibration> ranges = Calibrate(model, Images(), options);
    ASSERT_TRUE(ranges.ok()) << ranges.status().message();
    EXPECT_EQ(ranges->samples(), 2u);
    shards.push_back(*std::move(ranges));
  }
  Calibration forth = shards[0], back = shards[1];
  ASSERT_TRUE(forth.Merge(shards[1]).ok());
  ASSERT_TRUE(back.Merge(shards[0]).ok());
  EXPECT_EQ(forth.fingerprint(), back.fingerprint());
  EXPECT_EQ(forth.samples(), 4u);
  // A copy shares nothing with what it was copied from.
  EXPECT_EQ(shards[0].samples(), 2u);
}

TEST(CompareLayers, RefusesAnEngineOfAnotherModelByItsHash) {
  BuildOptions options;
  options.precision = "fp32";
  const Model model = MustOpen(0.5f), other = MustOpen(0.25f);
  ASSERT_NE(model.hash(), other.hash());
  const Result<Build> build = BuildEngine(model, nullptr, options);
  ASSERT_TRUE(build.ok());
  const Result<Engine> engine = Engine::FromBytes(build->engine);
  ASSERT_TRUE(engine.ok());
  EXPECT_TRUE(CompareLayers(model, *engine, Images()).ok());
  const auto wrong = CompareLayers(other, *engine, Images());
  ASSERT_EQ(wrong.status().code(), Code::kBadInput);
  EXPECT_THAT(wrong.status().message(), HasSubstr("another model"));
}

TEST(ReadPlan, ListsTheNodesOfAPlan) {
  const Result<std::vector<NodeNote>> notes =
      ReadPlan(MustBuild().plan, "net.plan.json");
  ASSERT_TRUE(notes.ok()) << notes.status().message();
  bool softmax = false;
  for (const NodeNote& note : *notes) {
    EXPECT_TRUE(note.precision == "int8" || note.precision == "fp32");
    EXPECT_FALSE(note.reason.empty()) << note.node;
    softmax = softmax || (note.node == "n_y" && note.precision == "fp32");
  }
  EXPECT_TRUE(softmax);
}

TEST(ReadPlan, NamesTheFileThatIsNoPlan) {
  for (const char* text :
       {"", "[]", "{", R"({"version": 1, "nodes": {"a": {"precision": 3}}})",
        R"({"version": 1, "nodes": {"a": {"reason": {}}}})"}) {
    const auto notes = ReadPlan(text, "broken.plan.json");
    ASSERT_EQ(notes.status().code(), Code::kBadInput) << text;
    EXPECT_THAT(notes.status().message(), HasSubstr("broken.plan.json"));
  }
}

}  // namespace
}  // namespace octet
