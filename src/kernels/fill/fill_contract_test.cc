#include "kernels/fill/fill.h"
#include "kernels/testing/contract.h"

namespace octet::kernels {
namespace {

// Bytes that rows of elements should hold; gaps stay as they were.
template <typename T>
std::vector<int> ExpectedBytes(const FillParams& p, T element) {
  uint8_t bytes[sizeof(T)];
  std::memcpy(bytes, &element, sizeof(T));
  std::vector<int> expected;
  for (int64_t i = 0; i < p.rows * p.y_stride; ++i) {
    for (uint8_t byte : bytes) {
      expected.push_back(i % p.y_stride < p.columns ? byte : kGap);
    }
  }
  return expected;
}

template <typename T>
void CheckEveryShape(T element) {
  for (int64_t rows : {0, 1, 2, 9}) {
    for (int64_t columns = 0; columns <= 40; ++columns) {
      for (int64_t gap : {0, 1, 5}) {
        SCOPED_TRACE(testing::Message()
                     << sizeof(T) << " bytes, " << rows << " rows of "
                     << columns << ", gap " << gap);
        FillParams p{};
        p.element_bytes = sizeof(T);
        // What lies above the element is of no importance.
        p.bits = ~uint64_t{0};
        std::memcpy(&p.bits, &element, sizeof(T));
        p.rows = rows;
        p.columns = columns;
        p.y_stride = columns + gap;
        const auto expected = ExpectedBytes(p, element);
        for (int64_t parts : {1, 2, 5, 12}) {
          GuardedOutput<T> output(rows * p.y_stride, parts % 3);
          p.y = output.get();
          RunInParts(FillReference, p, parts, PlanFill(p, 4).scratch_bytes);
          ASSERT_TRUE(output.GuardsAreWhole());
          const std::vector<uint8_t> bytes = output.Bytes();
          for (size_t i = 0; i < bytes.size(); ++i) {
            ASSERT_TRUE(Matches(expected[i], bytes[i])) << "byte " << i;
          }
        }
      }
    }
  }
}

TEST(FillContract, FillsRowsOfEveryLengthWithElementsOfEverySize) {
  CheckEveryShape<uint8_t>(0x3c);
  CheckEveryShape<uint16_t>(0x3c00);
  CheckEveryShape<float>(-0.0f);
  CheckEveryShape<int64_t>(-7000000000);
}

TEST(PlanFill, CutsLargeValuesByRows) {
  FillParams p{};
  p.element_bytes = 4;
  p.rows = 3;
  p.columns = 1000000;
  EXPECT_EQ(PlanFill(p, 4).parts, 3);
  EXPECT_EQ(PlanFill(p, 1).parts, 1);
  p.columns = 10;
  EXPECT_EQ(PlanFill(p, 4).parts, 1);
}

}  // namespace
}  // namespace octet::kernels
