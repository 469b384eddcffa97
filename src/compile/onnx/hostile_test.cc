// Models that are wrong or mean harm: each is an error, none a crash, a hang or
// a way to exhaust memory.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <cmath>
#include <ctime>
#include <functional>
#include <limits>

#include "compile/onnx/test_model.h"

namespace octet::compile {
namespace {

Status Import(const std::string& bytes) {
  return ImportOnnx(std::as_bytes(std::span(bytes))).status();
}

// x -> Add(x, w) -> y.
TestModel Small() {
  TestModel model;
  model.Input("x", {"2"}).Counting("w", {2});
  model.Node("Add", {"x", "w"}).Output("y");
  return model;
}

struct Harm {
  const char* message;  // a part of it
  void (*apply)(TestModel&);
};

onnx::TensorProto& Weights(TestModel& m) {
  return *m.graph().mutable_initializer(0);
}

constexpr Harm kHarms[] = {
    {"holds no graph", [](TestModel& m) { m.proto.clear_graph(); }},
    {"no outputs", [](TestModel& m) { m.graph().clear_output(); }},
    {"does not say its opset",
     [](TestModel& m) { m.proto.clear_opset_import(); }},
    {"reads 'w', which nothing makes",
     [](TestModel& m) { m.graph().clear_initializer(); }},
    {"'z' is read and nothing makes it", [](TestModel& m) { m.Output("z"); }},
    {"two outputs are named 'y'", [](TestModel& m) { m.Output("y"); }},
    {"two initializers are named 'w'",
     [](TestModel& m) { m.Counting("w", {2}); }},
    {"two inputs are named 'x'", [](TestModel& m) { m.Input("x", {"2"}); }},
    {"makes 'y', which exists already",
     [](TestModel& m) { m.Node("Abs", {"x"}); }},
    {"makes 'x', which exists already",
     [](TestModel& m) { m.Node("Abs", {"w"}, {"x"}); }},
    {"part of a cycle",
     [](TestModel& m) {
       m.Node("Abs", {"b"}, {"a"}).Node("Abs", {"a"}, {"b"}).Output("b");
     }},
    {"part of a cycle",
     [](TestModel& m) { m.Node("Abs", {"a"}, {"a"}).Output("a"); }},
    {"is no tensor or has no shape",
     [](TestModel& m) { m.graph().mutable_input(0)->clear_type(); }},
    {"has no name", [](TestModel& m) { m.Input("", {"2"}); }},
    {"more than 8 dimensions",
     [](TestModel& m) {
       m.Input("z", {"1", "1", "1", "1", "1", "1", "1", "1", "1"});
     }},
    {"axis 0 has 9223372036854775807",
     [](TestModel& m) { m.Input("z", {"9223372036854775807"}); }},
    {"ONNX element type 8",
     [](TestModel& m) { m.Input("z", {"1"}, onnx::TensorProto::STRING); }},
    {"tensor 'w': element 1 is nan",
     [](TestModel& m) {
       Weights(m).set_float_data(1, std::numeric_limits<float>::quiet_NaN());
     }},
    {"tensor 'w': element 0 is -inf",
     [](TestModel& m) {
       Weights(m).set_float_data(0, -std::numeric_limits<float>::infinity());
     }},
    {"tensor 'w': it has 4 bytes of data, its shape needs 8",
     [](TestModel& m) { Weights(m).set_raw_data("1234"); }},
    {"it has 8 bytes of data, its shape needs 12",
     [](TestModel& m) { Weights(m).set_dims(0, 3); }},
    {"negative dimension or is too big",
     [](TestModel& m) { Weights(m).set_dims(0, -2); }},
    {"negative dimension or is too big",
     [](TestModel& m) {
       Weights(m).set_dims(0, int64_t{1} << 40);
       Weights(m).add_dims(int64_t{1} << 40);
     }},
    {"more than the bytes allowed",
     [](TestModel& m) { Weights(m).set_dims(0, int64_t{1} << 40); }},
    {"it has 9 dimensions",
     [](TestModel& m) {
       for (int i = 0; i < 8; ++i) Weights(m).add_dims(1);
     }},
    {"has ONNX element type 99",
     [](TestModel& m) { Weights(m).set_data_type(99); }},
    {"has ONNX element type 0",
     [](TestModel& m) { Weights(m).clear_data_type(); }},
    {"comes from memory",
     [](TestModel& m) {
       Weights(m).set_data_location(onnx::TensorProto::EXTERNAL);
       auto& entry = *Weights(m).add_external_data();
       entry.set_key("location");
       entry.set_value("w.bin");
     }},
    {"sparse", [](TestModel& m) { m.graph().add_sparse_initializer(); }},
    {"1 inputs, expected 2",
     [](TestModel& m) { m.Node("Add", {"x"}, {"z"}).Output("z"); }},
    {"3 inputs, expected 2",
     [](TestModel& m) {
       m.Node("Add", {"x", "x", "x"}, {"z"}).Output("z");
     }},
    {"input 0 is missing",
     [](TestModel& m) {
       m.Node("Add", {"", "x"}, {"z"}).Output("z");
     }},
    {"input 1 is missing",
     [](TestModel& m) {
       m.Node("Concat", {"x", "", "x"}, {"z"}).Attr("axis", 0).Output("z");
     }},
    {"shapes [3] and [2] do not broadcast",
     [](TestModel& m) {
       m.Input("z", {"3"}).Node("Add", {"z", "x"}, {"a"}).Output("a");
     }},
    {"is s64, expected f32",
     [](TestModel& m) {
       m.Input("z", {"2"}, onnx::TensorProto::INT64);
       m.Node("Add", {"x", "z"}, {"a"}).Output("a");
     }},
    {"attribute 'axis' has type 1, expected 2",
     [](TestModel& m) {
       m.Node("Softmax", {"x"}, {"a"}).Attr("axis", 1.0f).Output("a");
     }},
    {"attribute 'alpha' is NaN",
     [](TestModel& m) {
       m.Node("Elu", {"x"}, {"a"}).Output("a");
       m.Attr("alpha", std::numeric_limits<float>::quiet_NaN());
     }},
    {"attribute 'secret' is not known",
     [](TestModel& m) {
       m.Node("Relu", {"x"}, {"a"}).Attr("secret", 1).Output("a");
     }},
    {"more than 4294967296 elements",
     [](TestModel& m) {
       m.Ints("s", {3}, {65536, 65536, 65536});
       m.Node("ConstantOfShape", {"s"}, {"a"}).Output("a");
     }},
    {"more than 4294967296 elements",
     [](TestModel& m) {
       m.Ints("s", {3}, {65536, 65536, 2});
       m.Node("Expand", {"x", "s"}, {"a"}).Output("a");
     }},
    {"its output is too big",
     [](TestModel& m) {
       m.Ints("r", {1}, {std::numeric_limits<int64_t>::max()});
       m.Node("Tile", {"x", "r"}, {"a"}).Output("a");
     }},
    {"pads must be 0 to 2^31",
     [](TestModel& m) {
       m.Input("i", {"1", "1", "4", "4"}).Counting("k", {1, 1, 1, 1});
       m.Node("Conv", {"i", "k"}, {"a"}).Output("a");
       m.Attr("pads", {0, 0, std::numeric_limits<int64_t>::max(), 0});
     }},
    {"its window is too big",
     [](TestModel& m) {
       m.Input("i", {"1", "1", "4", "4"}).Counting("k", {1, 1, 2, 2});
       m.Node("Conv", {"i", "k"}, {"a"}).Output("a");
       m.Attr("dilations", {int64_t{1} << 31, 1});
     }},
    {"must be 1 to 2^31",
     [](TestModel& m) {
       m.Input("i", {"1", "1", "4", "4"});
       m.Node("MaxPool", {"i"}, {"a"}).Output("a");
       m.Attr("kernel_shape", {2, 2}).Attr("strides", {0, 1});
     }},
    {"groups",
     [](TestModel& m) {
       m.Input("i", {"1", "1", "4", "4"}).Counting("k", {1, 1, 1, 1});
       m.Node("Conv", {"i", "k"}, {"a"}).Attr("group", 0).Output("a");
     }},
    {"is not positive",
     [](TestModel& m) {
       m.Input("i", {"1", "2", "4"}).Floats("v", {2}, {1, -1});
       m.Node("BatchNormalization", {"i", "w", "w", "w", "v"}, {"a"});
       m.Output("a");
     }},
    {"is not constant",
     [](TestModel& m) {
       m.Input("i", {"1", "2", "4"});
       m.Node("BatchNormalization", {"i", "w", "w", "w", "x"}, {"a"});
       m.Output("a");
     }},
};

TEST(HostileModel, IsAnErrorThatSaysWhatIsWrong) {
  ASSERT_TRUE(Small().Import().ok()) << Small().Import().status().message();
  for (const Harm& harm : kHarms) {
    TestModel model = Small();
    harm.apply(model);
    const Status status = model.Import().status();
    EXPECT_TRUE(status.code() == Code::kBadInput ||
                status.code() == Code::kUnsupported)
        << harm.message;
    EXPECT_NE(status.message().find(harm.message), std::string::npos)
        << harm.message << " / " << status.message();
  }
}

TEST(HostileModel, ThatIsCutShortAnywhereIsAnErrorOrWhole) {
  const std::string bytes = Small().Bytes();
  for (size_t size = 0; size < bytes.size(); ++size) {
    const Status status = Import(bytes.substr(0, size));
    EXPECT_NE(status.code(), Code::kFailed) << status.message();
  }
}

TEST(HostileModel, WithAnyByteChangedNeverCrashes) {
  TestModel model = Small();
  model.Input("i", {"1", "2", "6", "6"}).Counting("k", {2, 2, 3, 3});
  model.Node("Conv", {"i", "k"}, {"c"}).Attr("pads", {1, 1, 1, 1});
  model.Ints("s", {2}, {1, -1}).Node("Reshape", {"c", "s"}, {"r"});
  model.Node("Softmax", {"r"}, {"p"}).Output("p");
  const std::string bytes = model.Bytes();
  for (size_t i = 0; i < bytes.size(); ++i) {
    for (int change : {1, 2, 8, 0x80, 0xff}) {
      std::string changed = bytes;
      changed[i] = char(changed[i] ^ change);
      const Status status = Import(changed);
      EXPECT_NE(status.code(), Code::kFailed) << status.message();
    }
  }
}

TEST(HostileModel, ThatIsNotOneAtAllIsSaidToBe) {
  for (const std::string& bytes :
       {std::string(), std::string("hello"), std::string(1000, '\xff'),
        std::string(1000, '\0')}) {
    EXPECT_EQ(Import(bytes).code(), Code::kBadInput);
  }
}

// A message inside a message inside a message ... of unknown fields, of
// subgraphs and of types.
TEST(HostileModel, ThatNestsDeeplyIsRefused) {
  onnx::GraphProto inner;
  for (int depth = 0; depth < 200; ++depth) {
    onnx::GraphProto outer;
    auto& attribute = *outer.add_node()->add_attribute();
    *attribute.mutable_g() = std::move(inner);
    inner = std::move(outer);
  }
  TestModel model = Small();
  auto& attribute = *model.graph().add_node()->add_attribute();
  *attribute.mutable_g() = std::move(inner);
  EXPECT_EQ(model.Import().status().code(), Code::kBadInput);
  // 100,000 opening tags of unknown groups.
  EXPECT_EQ(Import(std::string(100'000, char(0x0b + 120))).code(),
            Code::kBadInput);
}

// Two bytes of file for an empty node of a hundred bytes of memory.
TEST(HostileModel, ThatBlowsUpIsStoppedWithinItsBudget) {
  std::string nodes;
  for (int i = 0; i < 4'000'000; ++i) nodes += std::string("\x0a\x00", 2);
  std::string bytes = "\x3a";  // field 7, the graph
  for (size_t size = nodes.size(); size > 0; size >>= 7) {
    bytes += char((size & 127) | (size > 127 ? 128 : 0));
  }
  bytes += nodes;
  const Status status = Import(bytes);
  EXPECT_EQ(status.code(), Code::kBadInput);
  EXPECT_NE(status.message().find("memory"), std::string::npos)
      << status.message();
}

// Work stays near linear: neither many names that collide, nor long chains, nor
// many aliases or quantizers take long.
TEST(HostileModel, ThatIsLongIsReadInGoodTime) {
  const std::clock_t start = std::clock();  // of this process, not of the wall
  TestModel model;
  model.Input("x", {"1", "1", "4", "4"}).Floats("s", {}, {1});
  model.Ints("z", {}, {0}, onnx::TensorProto::INT8);
  std::string last = "x";
  for (int i = 0; i < 20'000; ++i) {
    const std::string next = fmt::format("v{}", i);
    if (i % 2 == 0) {
      model.Node("QuantizeLinear", {last, "s", "z"}, {next});
    } else {
      model.Node("DequantizeLinear", {last, "s", "z"}, {next});
    }
    last = next;
  }
  for (int i = 0; i < 20'000; ++i) {
    const std::string name = fmt::format("o{}", i);
    model.Node("Identity", {last}, {name}).Output(name);
  }
  for (auto& node : *model.graph().mutable_node()) node.set_name("same");
  Result<Graph> graph = model.Import();
  EXPECT_TRUE(graph.ok()) << graph.status().message();
  EXPECT_LT(double(std::clock() - start) / CLOCKS_PER_SEC, 20);
}

TEST(HostileModel, MayHoldInfinityAsALimitOnly) {
  TestModel model;
  model.Input("x", {"2"});
  model.Floats("low", {}, {-std::numeric_limits<float>::infinity()});
  model.Floats("high", {}, {2}).Node("Clip", {"x", "low", "high"}).Output("y");
  EXPECT_TRUE(model.Import().ok()) << model.Import().status().message();
}

}  // namespace
}  // namespace octet::compile
