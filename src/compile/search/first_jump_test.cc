#include "compile/search/first_jump.h"

#include <gtest/gtest.h>

#include <cmath>

namespace octet::compile {
namespace {

LayerError Row(std::string value, double inputs_db, double own_db,
               double total_db, std::string precision = "int8") {
  LayerError row;
  row.value = std::move(value);
  row.precision = std::move(precision);
  row.inputs_sqnr_db = inputs_db;
  row.own_sqnr_db = own_db;
  row.sqnr_db = total_db;
  row.own_relative_l2 = own_db < 200 ? std::pow(10, -own_db / 20) : 0;
  row.relative_l2 = total_db < 200 ? std::pow(10, -total_db / 20) : 0;
  return row;
}

std::string JumpOf(const std::vector<LayerError>& rows) {
  const LayerError* row = FirstJump(rows);
  return row == nullptr ? "" : row->value;
}

TEST(FirstJump, IsNowhereWhereNothingIsWrong) {
  EXPECT_EQ(JumpOf({}), "");
  EXPECT_EQ(JumpOf({Row("a", 200, 200, 200), Row("b", 200, 200, 200)}), "");
}

TEST(FirstJump, PassesOverErrorThatGrowsEvenly) {
  EXPECT_EQ(JumpOf({Row("a", 200, 40, 40), Row("b", 40, 40, 37),
                    Row("c", 37, 40, 35), Row("d", 35, 40, 34)}),
            "");
}

// Usual noise is 40 dB: 1e-4. A value read at 37 dB (2e-4) may have 30e-4.
TEST(FirstJump, IsAtTheFirstValueWithTenTimesWhatIsExpected) {
  const auto rows = [](double b_db) {
    return std::vector<LayerError>{
        Row("a", 200, 40, 37), Row("b", 37, 40, b_db), Row("c", b_db, 40, b_db),
        Row("d", b_db, 40, 0)};
  };
  EXPECT_EQ(JumpOf(rows(25.3)), "d");
  EXPECT_EQ(JumpOf(rows(25.1)), "b");
}

TEST(FirstJump, NeverBlamesWhatOnlyMovesData) {
  EXPECT_EQ(JumpOf({Row("a", 200, 40, 40), Row("moved", 200, 40, 5, "move"),
                    Row("b", 40, 40, 5)}),
            "b");
}

}  // namespace
}  // namespace octet::compile
