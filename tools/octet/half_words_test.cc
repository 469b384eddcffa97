#include "half_words.h"

#include <gmock/gmock.h>

#include "base/cpu.h"

namespace octet::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

std::vector<NodeNote> Notes() {
  std::vector<NodeNote> notes(4);
  notes[0] = {"a", "Conv", "int8", "", 60};
  notes[1] = {"b", "Conv", "fp16", "", 30};
  notes[2] = {"c", "Conv", "fp32", "", 5};
  notes[3] = {"d", "Conv", "int8", "", 5};
  return notes;
}

TEST(MacsByPrecision, AddsUpTheNodesOfEach) {
  EXPECT_THAT(MacsByPrecision(Notes()),
              ElementsAre(Pair("fp16", 30), Pair("fp32", 5), Pair("int8", 65)));
}

TEST(DescribeMacs, NamesInt8AlwaysAndSixteenBitsWhereTheyAre) {
  EXPECT_EQ(DescribeMacs(MacsByPrecision(Notes())),
            "65.0 % of multiply-accumulates in int8, 30.0 % in fp16");
  EXPECT_EQ(DescribeMacs({}), "0.0 % of multiply-accumulates in int8");
  EXPECT_EQ(DescribeMacs({{"fp32", 0}, {"bf16", 0}}),
            "0.0 % of multiply-accumulates in int8");
}

TEST(WhatHalvesBuy, SaysThatFp16IsNoFasterInArithmetic) {
  for (CpuLevel level : RunnableCpuLevels()) {
    EXPECT_THAT(WhatHalvesBuy("fp16", level), HasSubstr("not faster"));
  }
}

TEST(WhatHalvesBuy, SaysWhereBf16IsFaster) {
  EXPECT_THAT(WhatHalvesBuy("bf16", CpuLevel::kAvx512Vnni),
              HasSubstr("not faster than fp32"));
  EXPECT_THAT(WhatHalvesBuy("bf16", CpuLevel::kAvx512Bf16),
              HasSubstr("and is faster than fp32"));
}

}  // namespace
}  // namespace octet::cli
