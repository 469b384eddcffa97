#include "output_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx.pb.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace octet::cli {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// A folder of its own with a file `model` in it.
class CheckOutputsTest : public testing::Test {
 protected:
  CheckOutputsTest()
      : folder_(fs::path(testing::TempDir()) /
                ("outputs-" + std::to_string(getpid()))) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    std::ofstream(folder_ / "model") << "old";
  }
  ~CheckOutputsTest() override { fs::remove_all(folder_); }

  std::string In(const std::string& name) const { return folder_ / name; }
  size_t Files() const {
    return size_t(std::distance(fs::directory_iterator(folder_), {}));
  }

  fs::path folder_;
};

TEST_F(CheckOutputsTest, LeavesNothingBehind) {
  EXPECT_TRUE(CheckOutputs({In("engine"), In("plan"), ""}, {In("model")}).ok());
  EXPECT_EQ(Files(), 1u);
}

TEST_F(CheckOutputsTest, LeavesAnOlderResultAsItIs) {
  EXPECT_TRUE(CheckOutputs({In("model")}, {}).ok());
  std::string text;
  std::ifstream(In("model")) >> text;
  EXPECT_EQ(text, "old");
}

TEST_F(CheckOutputsTest, NamesAPathThatCannotBeWritten) {
  fs::create_directories(folder_ / "sub");
  for (const std::string& path :
       {In("absent/engine"), In("model/engine"), In("sub")}) {
    const Status status = CheckOutputs({In("fine"), path}, {});
    EXPECT_EQ(status.code(), Code::kBadInput) << path;
    EXPECT_THAT(status.message(), HasSubstr(path));
  }
}

TEST_F(CheckOutputsTest, RefusesToReplaceWhatIsRead) {
  fs::create_symlink(folder_ / "model", folder_ / "link");
  for (const std::string& path :
       {In("model"), In("./model"), In("link"), In("sub/../model")}) {
    const Status status = CheckOutputs({path}, {"", In("model")});
    EXPECT_EQ(status.code(), Code::kUsage) << path;
    EXPECT_THAT(status.message(), HasSubstr(path));
  }
}

TEST_F(CheckOutputsTest, RefusesToReplaceTheTensorsBesideAModel) {
  onnx::ModelProto model;
  onnx::TensorProto& tensor = *model.mutable_graph()->add_initializer();
  tensor.set_data_location(onnx::TensorProto::EXTERNAL);
  auto& entry = *tensor.add_external_data();
  entry.set_key("location");
  entry.set_value("model.data");
  std::ofstream(folder_ / "m.onnx") << model.SerializeAsString();
  std::ofstream(folder_ / "model.data") << "tensors";
  for (const char* path : {"model.data", "m.onnx"}) {
    const Status status = CheckOutputs({In(path)}, {}, In("m.onnx"));
    EXPECT_EQ(status.code(), Code::kUsage) << path;
    EXPECT_THAT(status.message(), HasSubstr(path));
  }
  EXPECT_TRUE(CheckOutputs({In("new")}, {}, In("m.onnx")).ok());
  // What is wrong with the model is not asked here.
  EXPECT_TRUE(CheckOutputs({In("model.data")}, {}, In("model")).ok());
  EXPECT_TRUE(CheckOutputs({In("model.data")}, {}, In("absent")).ok());
}

TEST_F(CheckOutputsTest, RefusesToWriteTwoResultsToOneFile) {
  const Status status = CheckOutputs({In("new"), In("x"), In("./new")}, {});
  EXPECT_EQ(status.code(), Code::kUsage);
  EXPECT_THAT(status.message(), HasSubstr("two results"));
}

}  // namespace
}  // namespace octet::cli
