#include "trtexec_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace octet::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// What arguments make of --precision int8 and no --keep.
struct Applied {
  Status status;
  std::string precision = "int8";
  std::vector<std::string> keep;
};

Applied Apply(const TrtexecArguments& arguments,
              const std::string& precision = "int8") {
  Applied applied;
  applied.precision = precision;
  applied.status = arguments.Apply(applied.precision, applied.keep);
  return applied;
}

TEST(TrtexecArguments, LeaveWhatIsAskedAloneIfNoneIsGiven) {
  const Applied applied = Apply({}, "fp32");
  EXPECT_TRUE(applied.status.ok());
  EXPECT_EQ(applied.precision, "fp32");
  EXPECT_THAT(applied.keep, IsEmpty());
}

TEST(TrtexecArguments, OfInt8AndBestAreTheDefault) {
  TrtexecArguments arguments;
  arguments.int8 = true;
  arguments.best = true;
  EXPECT_TRUE(Apply(arguments).status.ok());
  EXPECT_EQ(Apply(arguments).precision, "int8");
}

TEST(TrtexecArguments, MayNotContradictThePrecision) {
  for (const bool best : {false, true}) {
    TrtexecArguments arguments;
    (best ? arguments.best : arguments.int8) = true;
    const Status status = Apply(arguments, "fp32").status;
    EXPECT_EQ(status.code(), Code::kUsage);
    EXPECT_THAT(status.message(), HasSubstr(best ? "--best" : "--int8"));
  }
}

TEST(TrtexecArguments, OfSixteenBitsNameThePrecision) {
  TrtexecArguments fp16, bf16, both, with_int8;
  fp16.fp16 = both.fp16 = with_int8.fp16 = true;
  bf16.bf16 = both.bf16 = true;
  with_int8.int8 = true;
  EXPECT_EQ(Apply(fp16).precision, "fp16");
  EXPECT_EQ(Apply(bf16).precision, "bf16");
  EXPECT_EQ(Apply(bf16, "fp32").status.code(), Code::kUsage);
  EXPECT_EQ(Apply(both).status.code(), Code::kUsage);
  EXPECT_EQ(Apply(with_int8).status.code(), Code::kUsage);
  EXPECT_THAT(Apply(with_int8).status.message(),
              HasSubstr("--int8 and --fp16"));
}

TEST(TrtexecArguments, LeaveTheLastWordToWhatIsKept) {
  TrtexecArguments arguments;
  arguments.layer_precisions = "head:fp32";
  std::string precision = "int8";
  std::vector<std::string> keep = {"stem=fp32"};
  ASSERT_TRUE(arguments.Apply(precision, keep).ok());
  EXPECT_THAT(keep, ElementsAre("head=fp32", "stem=fp32"));
}

TEST(ParseLayerPrecisions, SplitsAtCommasAndAtTheLastColon) {
  const auto wishes = ParseLayerPrecisions("conv:1:fp32,b*:int8,a/b:fp16");
  ASSERT_TRUE(wishes.ok()) << wishes.status().message();
  EXPECT_THAT(*wishes, ElementsAre("conv:1=fp32", "b*=int8", "a/b=fp16"));
  EXPECT_THAT(*ParseLayerPrecisions(""), IsEmpty());
}

// The later of two patterns counts, and "*" matches every node.
TEST(ParseLayerPrecisions, PutsTheDefaultBeforeTheNodesThatAreNamed) {
  EXPECT_THAT(*ParseLayerPrecisions("conv1:fp32,*:int8,conv2:fp32"),
              ElementsAre("*=int8", "conv1=fp32", "conv2=fp32"));
}

TEST(ParseLayerPrecisions, NamesTheEntryThatIsWrong) {
  const struct {
    const char* text;
    Code code;
    const char* says;
  } kCases[] = {
      {"a:fp32,b", Code::kUsage, "'b'"},
      {":fp32", Code::kUsage, "':fp32'"},
      {"a:fp32,,b:fp32", Code::kUsage, "''"},
      {"a:", Code::kUsage, "use fp32, bf16, fp16 or int8"},
      {"a:int32", Code::kUsage, "no precision 'int32'"},
      {"a:fp32,b:fp8", Code::kUsage, "'b:fp8'"},
  };
  for (const auto& wrong : kCases) {
    const auto wishes = ParseLayerPrecisions(wrong.text);
    EXPECT_EQ(wishes.status().code(), wrong.code) << wrong.text;
    EXPECT_THAT(wishes.status().message(), HasSubstr(wrong.says)) << wrong.text;
  }
}

TEST(TrtexecArguments, AreParsedUnderTheirNames) {
  CLI::App app;
  TrtexecArguments arguments;
  arguments.Add(app);
  app.parse("--int8 --best --layerPrecisions=a:fp32 --fp16");
  EXPECT_TRUE(arguments.int8 && arguments.best && arguments.fp16);
  EXPECT_EQ(arguments.layer_precisions, "a:fp32");
}

}  // namespace
}  // namespace octet::cli
