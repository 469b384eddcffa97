// binary_u8 against numerics.md, "Other int8 operators": every product of two
// floats is exact in double, so fl() is one conversion, and a fused sum of
// such products is what fmaf rounds.
#include <cmath>
#include <limits>

#include "kernels/binary_u8/binary_u8.h"
#include "kernels/testing/contract.h"
#include "kernels/testing/quant.h"

namespace octet::kernels {
namespace {

constexpr BinaryU8Op kOps[] = {BinaryU8Op::kAdd, BinaryU8Op::kSub,
                               BinaryU8Op::kMul};

struct Side {
  float scale;
  int32_t zero_point;
};

int CodeOf(BinaryU8Op op, int a, int b, Side sa, Side sb, Side sy, int low,
           int high) {
  const int x = a - sa.zero_point, z = b - sb.zero_point;
  float v;
  if (op == BinaryU8Op::kMul) {
    const float product = float(double(sa.scale) * double(sb.scale));
    const float m = float(double(product) / double(sy.scale));
    v = float(double(x * z) * double(m));
  } else {
    const float ma = float(double(sa.scale) / double(sy.scale));
    const float mb = float(double(sb.scale) / double(sy.scale));
    const float term = float(double(z) * double(mb));
    v = fmaf(float(x), ma, op == BinaryU8Op::kAdd ? term : -term);
  }
  double q = sy.zero_point;
  if (!std::isnan(v)) q += std::nearbyint(double(v));
  q = std::fmin(std::fmax(q, 0), 255);
  return std::min(std::max(int(q), low), high);
}

enum class BShape { kSame, kImage, kOne };

// What a case is: a shape, the form of b, what has a scale per channel.
struct Case {
  BinaryU8Op op;
  int64_t images, pixels, channels;
  BShape b;
  bool a_many, b_many, y_many;
  int low, high;
};

std::string Text(const Case& c) {
  return "op " + std::to_string(int(c.op)) + " " + std::to_string(c.images) +
         "x" + std::to_string(c.pixels) + "x" + std::to_string(c.channels) +
         " b " + std::to_string(int(c.b)) + " per channel " +
         std::to_string(c.a_many) + std::to_string(c.b_many) +
         std::to_string(c.y_many);
}

Side SideOf(const QuantParams& quant, int64_t c) {
  const size_t at = quant.per_channel() ? size_t(c) : 0;
  return {quant.scale[at], quant.zero_point[at]};
}

// Operands of a case, with gaps of different size behind pixels.
class Operands {
 public:
  explicit Operands(const Case& c)
      : case_(c),
        a_quant_(RandomQuant(c.a_many ? c.channels : 1, random_, 0.02)),
        b_quant_(RandomQuant(c.b_many ? c.channels : 1, random_, 0.03)),
        y_quant_(RandomQuant(c.y_many ? c.channels : 1, random_,
                             c.op == BinaryU8Op::kMul ? 0.05 : 0.04)),
        a_(RandomCodes(c.images * c.pixels * (c.channels + 2) + 3, random_)),
        b_(RandomCodes(c.images * c.pixels * (c.channels + 5) + 1, random_)) {
    BinaryU8Params& p = params_;
    p.op = c.op;
    p.images = c.images;
    p.pixels = c.pixels;
    p.channels = c.channels;
    p.a = a_.get() + 3;
    p.a_pixel_stride = c.channels + 2;
    p.b = b_.get() + 1;
    const int64_t b_pixel = c.channels + 5;
    p.b_pixel_stride = c.b == BShape::kSame ? b_pixel : 0;
    p.b_image_stride = c.b == BShape::kSame    ? b_pixel * c.pixels
                       : c.b == BShape::kImage ? b_pixel
                                               : 0;
    p.b_channel_stride = c.b == BShape::kOne ? 0 : 1;
    p.y_pixel_stride = c.channels + 3;
    p.a_quant = {a_quant_.scale.data(), a_quant_.zero_point.data(), c.a_many};
    p.b_quant = {b_quant_.scale.data(), b_quant_.zero_point.data(), c.b_many};
    p.y_quant = {y_quant_.scale.data(), y_quant_.zero_point.data(), c.y_many};
    p.low = uint8_t(c.low);
    p.high = uint8_t(c.high);
  }
  Operands(const Operands&) = delete;

  const BinaryU8Params& params() const { return params_; }

  std::vector<int> Expected() const {
    const BinaryU8Params& p = params_;
    std::vector<int> expected(size_t(p.images * p.pixels * p.y_pixel_stride),
                              kGap);
    for (int64_t i = 0; i < p.images * p.pixels; ++i) {
      for (int64_t c = 0; c < p.channels; ++c) {
        const int a = p.a[i * p.a_pixel_stride + c];
        const int b =
            p.b[i / p.pixels * p.b_image_stride +
                i % p.pixels * p.b_pixel_stride + c * p.b_channel_stride];
        expected[size_t(i * p.y_pixel_stride + c)] =
            CodeOf(p.op, a, b, SideOf(a_quant_, c), SideOf(b_quant_, c),
                   SideOf(y_quant_, c), case_.low, case_.high);
      }
    }
    return expected;
  }

 private:
  Case case_;
  Random random_{21};
  QuantParams a_quant_, b_quant_, y_quant_;
  Buffer<uint8_t> a_, b_;
  BinaryU8Params params_{};
};

void CheckCase(const Case& c) {
  SCOPED_TRACE(Text(c));
  const Operands operands(c);
  ExpectOutput<uint8_t>(
      BinaryU8Kernels(), operands.params(),
      PlanBinaryU8(operands.params(), 4).scratch_bytes, operands.Expected(),
      [](BinaryU8Params& params, uint8_t* y) { params.y = y; });
}

TEST(BinaryU8Contract, FollowsTheFormulaForEveryNumberOfChannels) {
  for (BinaryU8Op op : kOps) {
    for (int64_t channels = 1; channels <= 70; ++channels) {
      const bool many = channels % 3 == 0;
      CheckCase({op, 2, 3, channels, BShape::kSame, many, many, many, 0, 255});
      if (HasFailure()) return;
    }
  }
}

TEST(BinaryU8Contract, TakesEveryFormOfBAndEveryGranularity) {
  for (BinaryU8Op op : kOps) {
    for (BShape b : {BShape::kSame, BShape::kImage, BShape::kOne}) {
      for (int many = 0; many < 8; ++many) {
        CheckCase({op, 3, 4, 37, b, (many & 1) != 0, (many & 2) != 0,
                   (many & 4) != 0, 0, 255});
        if (HasFailure()) return;
      }
    }
  }
}

TEST(BinaryU8Contract, ClampsWithTheUpperBoundWinning) {
  const int bounds[][2] = {{0, 255},  {100, 255}, {0, 90},
                           {40, 200}, {77, 77},   {200, 40}};
  for (BinaryU8Op op : kOps) {
    for (const auto& bound : bounds) {
      CheckCase({op, 1, 4, 45, BShape::kSame, false, false, false, bound[0],
                 bound[1]});
      if (HasFailure()) return;
    }
  }
}

TEST(BinaryU8Contract, DoesNothingForEmptyOperands) {
  for (BShape b : {BShape::kSame, BShape::kImage, BShape::kOne}) {
    CheckCase({BinaryU8Op::kAdd, 0, 3, 8, b, false, false, false, 0, 255});
    CheckCase({BinaryU8Op::kAdd, 2, 0, 8, b, false, false, false, 0, 255});
    CheckCase({BinaryU8Op::kAdd, 2, 3, 0, b, false, false, false, 0, 255});
  }
}

// All pairs of codes, for scales and zero points of every magnitude.
void CheckAllPairs(BinaryU8Op op, Side a, Side b, Side y) {
  SCOPED_TRACE(testing::Message()
               << "op " << int(op) << ": " << a.scale << " " << a.zero_point
               << ", " << b.scale << " " << b.zero_point << ", " << y.scale
               << " " << y.zero_point);
  constexpr int64_t kPairs = 256 * 256;
  Buffer<uint8_t> left(kPairs), right(kPairs), output(kPairs);
  for (int64_t i = 0; i < kPairs; ++i) {
    left[i] = uint8_t(i / 256);
    right[i] = uint8_t(i % 256);
  }
  BinaryU8Params p{};
  p.op = op;
  p.images = p.pixels = 1;
  p.channels = p.a_pixel_stride = p.b_pixel_stride = p.b_image_stride =
      p.y_pixel_stride = kPairs;
  p.b_channel_stride = 1;
  p.a = left.get();
  p.b = right.get();
  p.y = output.get();
  p.a_quant = {&a.scale, &a.zero_point, false};
  p.b_quant = {&b.scale, &b.zero_point, false};
  p.y_quant = {&y.scale, &y.zero_point, false};
  for (const auto& row : RunnableRows(BinaryU8Kernels())) {
    RunInParts(row.fn, p, 1, PlanBinaryU8(p, 1).scratch_bytes);
    for (int64_t i = 0; i < kPairs; ++i) {
      ASSERT_EQ(output[i],
                CodeOf(op, int(i / 256), int(i % 256), a, b, y, 0, 255))
          << row.name << " of " << i / 256 << " and " << i % 256;
    }
  }
}

TEST(BinaryU8Contract, FollowsTheFormulaForEveryPairOfCodes) {
  for (BinaryU8Op op : kOps) {
    CheckAllPairs(op, {0.02f, 0}, {0.03f, 255}, {0.04f, 128});
    CheckAllPairs(op, {0.5f, 128}, {0.5f, 128}, {1.0f, 0});  // many ties
    CheckAllPairs(op, {1.0f, 17}, {0.001f, 200}, {0.01f, 255});
    if (HasFailure()) return;
  }
}

TEST(BinaryU8Contract, SaturatesAtTheEndsOfTheScales) {
  constexpr float kLeast = std::numeric_limits<float>::min();
  constexpr float kMost = std::numeric_limits<float>::max();
  for (BinaryU8Op op : kOps) {
    // Factors that overflow to infinity, vanish, or are not a number times 0.
    CheckAllPairs(op, {kMost, 100}, {kMost, 30}, {kLeast, 9});
    CheckAllPairs(op, {kLeast, 100}, {kLeast, 30}, {kMost, 9});
    CheckAllPairs(op, {kMost, 128}, {kLeast, 128}, {1.0f, 128});
    CheckAllPairs(op, {1e30f, 0}, {1e-30f, 255}, {1e9f, 200});
    if (HasFailure()) return;
  }
}

TEST(BinaryU8Contract, MultipliesInEitherOrder) {
  Random random(5);
  const QuantParams left = RandomQuant(33, random, 0.02);
  const QuantParams right = RandomQuant(33, random, 0.02);
  const QuantParams result = RandomQuant(1, random, 0.05);
  const Buffer<uint8_t> a = RandomCodes(7 * 33, random);
  const Buffer<uint8_t> b = RandomCodes(7 * 33, random);
  for (const auto& row : RunnableRows(BinaryU8Kernels())) {
    Buffer<uint8_t> one(7 * 33), other(7 * 33);
    BinaryU8Params p{};
    p.op = BinaryU8Op::kMul;
    p.images = 1;
    p.pixels = 7;
    p.channels = p.a_pixel_stride = p.b_pixel_stride = p.y_pixel_stride = 33;
    p.b_image_stride = 7 * 33;
    p.b_channel_stride = 1;
    p.y_quant = View(result);
    p.a = a.get(), p.b = b.get(), p.y = one.get();
    p.a_quant = View(left), p.b_quant = View(right);
    RunInParts(row.fn, p, 1, PlanBinaryU8(p, 1).scratch_bytes);
    p.a = b.get(), p.b = a.get(), p.y = other.get();
    p.a_quant = View(right), p.b_quant = View(left);
    RunInParts(row.fn, p, 1, PlanBinaryU8(p, 1).scratch_bytes);
    EXPECT_EQ(one.FirstDifference(other), -1) << row.name;
  }
}

TEST(BinaryU8Contract, WorksInPlaceOfEitherOperand) {
  Random random(6);
  const QuantParams quant = RandomQuant(40, random, 0.02);
  const Buffer<uint8_t> a = RandomCodes(6 * 40, random);
  const Buffer<uint8_t> b = RandomCodes(6 * 40, random);
  for (const auto& row : RunnableRows(BinaryU8Kernels())) {
    for (bool onto_a : {true, false}) {
      Buffer<uint8_t> x = a, z = b, apart(6 * 40);
      BinaryU8Params p{};
      p.op = BinaryU8Op::kSub;
      p.images = 2;
      p.pixels = 3;
      p.channels = p.a_pixel_stride = p.b_pixel_stride = p.y_pixel_stride = 40;
      p.b_image_stride = 120;
      p.b_channel_stride = 1;
      p.a = x.get();
      p.b = z.get();
      p.y = apart.get();
      p.a_quant = p.b_quant = p.y_quant = View(quant);
      const int64_t scratch = PlanBinaryU8(p, 2).scratch_bytes;
      RunInParts(row.fn, p, 1, scratch);
      p.y = onto_a ? x.get() : z.get();
      RunInParts(row.fn, p, 3, scratch);
      const Buffer<uint8_t>& in_place = onto_a ? x : z;
      EXPECT_EQ(apart.FirstDifference(in_place), -1) << row.name;
    }
  }
}

}  // namespace
}  // namespace octet::kernels
