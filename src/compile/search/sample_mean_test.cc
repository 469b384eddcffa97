#include "compile/search/sample_mean.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace octet::compile {
namespace {

TEST(MeanOf, HasTheStandardErrorOfAMean) {
  const SampleMean mean = MeanOf(std::vector<double>{1, 2, 3, 6});
  EXPECT_EQ(mean.mean, 3);
  // Variance 14 / 3, over 4 samples.
  EXPECT_DOUBLE_EQ(mean.standard_error, std::sqrt(14.0 / 3 / 4));
  EXPECT_EQ(MeanOf(std::vector<double>{-2}).standard_error, 0);
}

TEST(SampleMean, StandsOutBeyondTwiceItsErrorOnEitherSide) {
  EXPECT_FALSE((SampleMean{2, 1}.StandsOut()));
  EXPECT_TRUE((SampleMean{2.1, 1}.StandsOut()));
  EXPECT_TRUE((SampleMean{-2.1, 1}.StandsOut()));
  EXPECT_FALSE((SampleMean{0, 0}.StandsOut()));
}

}  // namespace
}  // namespace octet::compile
