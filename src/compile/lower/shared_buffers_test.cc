#include "compile/lower/shared_buffers.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace octet::compile {
namespace {

// Values and steps of f32 rows, each value in a buffer of its own.
struct Rows {
  engine::ProfileT profile;
  std::vector<Slot> slots;
  std::vector<Lifetime> lives;

  int Value(int64_t columns) {
    auto value = std::make_unique<engine::ValueT>();
    value->dtype = engine::DType::F32;
    value->dims = {2, columns};
    value->pixel_stride = columns;
    profile.values.push_back(std::move(value));
    slots.push_back({int(lives.size()), 0, columns});
    lives.push_back({2 * columns * 4});
    return int(slots.size()) - 1;
  }
  void Add(int a, int b, int y) {
    const int s = int(profile.steps.size());
    auto step = std::make_unique<engine::StepT>();
    engine::BinaryF32T params;
    params.a = a;
    params.b = b;
    params.y = y;
    step->params.Set(std::move(params));
    profile.steps.push_back(std::move(step));
    for (int v : {a, b, y}) lives[size_t(slots[size_t(v)].buffer)].Touch(s);
  }
  void Share() { ShareBuffers(profile, slots, lives); }
  int BufferOf(int value) const { return slots[size_t(value)].buffer; }
};

TEST(ShareBuffers, GivesTheOutputTheBufferOfAnOperandThatEnds) {
  Rows rows;
  const int a = rows.Value(8), b = rows.Value(8), y = rows.Value(8);
  rows.Add(a, b, y);
  rows.lives[0].Touch(5);  // a is needed later
  rows.Share();
  EXPECT_EQ(rows.BufferOf(y), rows.BufferOf(b));
  EXPECT_NE(rows.BufferOf(y), rows.BufferOf(a));
  EXPECT_FALSE(rows.lives[2].used());
}

TEST(ShareBuffers, FollowsAChain) {
  Rows rows;
  const int a = rows.Value(8), b = rows.Value(8), c = rows.Value(8),
            d = rows.Value(8);
  rows.Add(a, a, b);
  rows.Add(b, b, c);
  rows.Add(c, c, d);
  rows.lives[3].Touch(7);
  rows.Share();
  for (int v : {b, c, d}) EXPECT_EQ(rows.BufferOf(v), rows.BufferOf(a));
  EXPECT_EQ(rows.lives[0].first, 0);
  EXPECT_EQ(rows.lives[0].last, 7);
}

TEST(ShareBuffers, LeavesWhatIsStillNeededOrLiesOtherwise) {
  struct Case {
    std::string what;
    void (*spoil)(Rows& rows);
  };
  const Case cases[] = {
      {"both operands are needed later",
       [](Rows& r) {
         r.lives[0].Touch(9);
         r.lives[1].Touch(9);
       }},
      {"the output was begun before", [](Rows& r) { r.lives[2].Touch(-1); }},
      {"the operands are parts of wider buffers",
       [](Rows& r) { r.lives[0].bytes = r.lives[1].bytes = 1000; }},
      {"the operands begin elsewhere in their buffers",
       [](Rows& r) { r.slots[0].offset = r.slots[1].offset = 16; }},
      {"the operands are two views of one buffer",
       [](Rows& r) { r.slots[1].buffer = 0; }},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.what);
    Rows rows;
    const int a = rows.Value(8), b = rows.Value(8), y = rows.Value(8);
    rows.Add(a, b, y);
    c.spoil(rows);
    rows.Share();
    EXPECT_EQ(rows.BufferOf(y), 2);
    EXPECT_TRUE(rows.lives[2].used());
  }
}

}  // namespace
}  // namespace octet::compile
