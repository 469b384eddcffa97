#include "engine/validate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "engine/testing/test_program.h"

namespace octet::engine {
namespace {

using testing::HasSubstr;

constexpr int64_t kMost = std::numeric_limits<int64_t>::max();

struct Broken {
  const char* what;
  void (*breaks)(TestProgram& p);
  const char* message;  // a part of it
};

// In SmallProgram, value 0 is the input, 1 the convolution's u8 result, 2 the
// float output, 3 the packed weights.
const Broken kBroken[] = {
    {"version", [](TestProgram& p) { p.program().version = 2; }, "version 2"},
    {"no profile", [](TestProgram& p) { p.program().profiles.clear(); },
     "no profile"},
    {"null profile", [](TestProgram& p) { p.program().profiles[0].reset(); },
     "missing"},
    {"null value", [](TestProgram& p) { p.profile().values[0].reset(); },
     "missing"},
    {"null step", [](TestProgram& p) { p.profile().steps[0].reset(); },
     "missing"},
    {"null note", [](TestProgram& p) { p.program().notes[0].reset(); },
     "missing"},
    {"huge arena",
     [](TestProgram& p) { p.profile().arena_bytes = uint64_t{1} << 43; },
     "arena is"},
    {"nameless value", [](TestProgram& p) { p.value(0).name.clear(); },
     "no name"},
    {"unknown dtype", [](TestProgram& p) { p.value(0).dtype = DType(12); },
     "unknown dtype"},
    {"unknown place", [](TestProgram& p) { p.value(0).place = Place(2); },
     "unknown dtype or place"},
    {"zero dimension", [](TestProgram& p) { p.value(0).dims[1] = 0; },
     "dimensions"},
    {"negative dimension", [](TestProgram& p) { p.value(0).dims[1] = -4; },
     "dimensions"},
    {"huge dimension", [](TestProgram& p) { p.value(0).dims[1] = kMost; },
     "dimensions"},
    {"too many dimensions",
     [](TestProgram& p) { p.value(0).dims.resize(9, 1); }, "dimensions"},
    {"small pixel stride", [](TestProgram& p) { p.value(0).pixel_stride = 2; },
     "dimensions"},
    {"huge pixel stride",
     [](TestProgram& p) { p.value(0).pixel_stride = kMost; }, "dimensions"},
    {"offset beyond the arena",
     [](TestProgram& p) { p.value(0).offset = p.profile().arena_bytes + 64; },
     "ends beyond"},
    {"offset that wraps",
     [](TestProgram& p) { p.value(0).offset = ~uint64_t{0} - 63; },
     "ends beyond"},
    {"end beyond the arena", [](TestProgram& p) { p.value(2).dims[1] = 5; },
     "ends beyond"},
    {"end beyond the constants",
     [](TestProgram& p) { p.value(3).dims[0] = 1 << 20; }, "the constants"},
    {"misaligned element", [](TestProgram& p) { p.value(2).offset += 2; },
     "not a multiple of 4"},
    {"misaligned constant", [](TestProgram& p) { p.value(3).offset += 1; },
     "not a multiple of 64"},
    {"scale of a float", [](TestProgram& p) { p.value(1).dtype = DType::S8; },
     "wrong scales"},
    {"negative scale", [](TestProgram& p) { p.value(0).quant->scale[0] = -1; },
     "wrong scales"},
    {"scale that is no number",
     [](TestProgram& p) { p.value(0).quant->scale[0] = std::nanf(""); },
     "wrong scales"},
    {"denormal scale",
     [](TestProgram& p) { p.value(0).quant->scale[0] = 1e-40f; },
     "wrong scales"},
    {"zero point beyond u8",
     [](TestProgram& p) { p.value(0).quant->zero_point[0] = 256; },
     "wrong scales"},
    {"scales for some channels",
     [](TestProgram& p) {
       p.value(0).quant->scale = {1, 1};
       p.value(0).quant->zero_point = {0, 0};
     },
     "wrong scales"},
    {"no scales", [](TestProgram& p) { p.value(0).quant->scale.clear(); },
     "wrong scales"},
    {"no sample", [](TestProgram& p) { p.profile().batch = 0; }, "batch is 0"},
    {"more samples than anybody has",
     [](TestProgram& p) { p.profile().batch = int64_t{1} << 40; },
     "expected 1 to"},
    {"more bytes of samples than any machine has",
     [](TestProgram& p) {
       p.profile().arena_bytes = uint64_t{1} << 42;
       p.value(0).offset = 0;
       p.value(0).dims = {1 << 14, 1 << 14, 1 << 10, 3};
       p.profile().batch = int64_t{1} << 20;
     },
     "of inputs and outputs"},
    {"a batch of a constant",
     [](TestProgram& p) {
       p.profile().outputs.push_back(3);
       p.profile().batch = 2;
     },
     "cannot have a batch"},
    {"a batch of a scalar",
     [](TestProgram& p) {
       p.value(p.Add("s", DType::F32, {1})).dims.clear();
       p.profile().outputs.push_back(int(p.profile().values.size()) - 1);
       p.profile().batch = 2;
     },
     "cannot have a batch"},
    {"input that does not exist",
     [](TestProgram& p) { p.profile().inputs = {-1}; }, "input -1"},
    {"input twice",
     [](TestProgram& p) {
       p.profile().inputs = {0, 0};
     },
     "there twice"},
    {"constant input", [](TestProgram& p) { p.profile().inputs = {3}; },
     "is a constant"},
    {"output that does not exist",
     [](TestProgram& p) { p.profile().outputs = {1000}; }, "output 1000"},
    {"output with gaps",
     [](TestProgram& p) {
       p.value(1).dims.back() = 4;
       p.profile().outputs = {1};
     },
     "gaps"},
    {"nameless step", [](TestProgram& p) { p.profile().steps[0]->name = ""; },
     "no name"},
    {"no precision",
     [](TestProgram& p) { p.profile().steps[0]->precision = ""; },
     "no precision"},
    {"two steps of one name",
     [](TestProgram& p) {
       p.profile().steps[1]->name = p.profile().steps[0]->name;
     },
     "two steps"},
    {"step without params",
     [](TestProgram& p) { p.profile().steps[0]->params.Reset(); },
     "does nothing"},
};

TEST(Validate, AcceptsASmallProgram) {
  const TestProgram small = SmallProgram();
  const Status status = Validate(small.program(), small.constants().size());
  EXPECT_TRUE(status.ok()) << status.message();
}

TEST(Validate, NamesWhatIsBroken) {
  for (const Broken& broken : kBroken) {
    TestProgram p = SmallProgram();
    broken.breaks(p);
    const Status status = Validate(p.program(), p.constants().size());
    EXPECT_EQ(status.code(), Code::kBadInput) << broken.what;
    EXPECT_THAT(status.message(), HasSubstr(broken.message)) << broken.what;
  }
}

TEST(Validate, NeedsAllOfTheConstants) {
  const TestProgram small = SmallProgram();
  EXPECT_FALSE(Validate(small.program(), 0).ok());
  EXPECT_FALSE(Validate(small.program(), small.constants().size() - 64).ok());
}

TEST(Validate, ChecksEveryProfile) {
  TestProgram p = SmallProgram();
  auto second = std::make_unique<ProfileT>(p.profile());
  second->outputs = {77};
  p.program().profiles.push_back(std::move(second));
  EXPECT_THAT(Validate(p.program(), p.constants().size()).message(),
              HasSubstr("profile 1"));
}

TEST(Validate, AcceptsScalesPerChannelAndValuesInsideOthers) {
  TestProgram p = SmallProgram();
  p.value(0).quant->scale = {1, 2, 3};
  p.value(0).quant->zero_point = {0, 255, 7};
  p.AddChannels("part", 1, 2, 3);
  EXPECT_TRUE(Validate(p.program(), p.constants().size()).ok());
}

}  // namespace
}  // namespace octet::engine
