#include "runtime/scratch_places.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "engine/layout.h"
#include "engine/testing/test_program.h"
#include "octet/tensor.h"

namespace octet::runtime {
namespace {

using engine::DType;
using engine::TestProgram;
using ::testing::HasSubstr;

// Runs a program's steps on bytes that only know whether scratch lay over them:
// plain loops over elements, so that nothing is shared with what is tested.
class Spoiling {
 public:
  Spoiling(const engine::ProfileT& profile,
           const std::vector<ScratchNeed>& needs, const ScratchPlaces& places)
      : profile_(profile),
        needs_(needs),
        places_(places),
        spoilt_(size_t(places.bytes + 2 * kBufferSlack)) {}

  // What goes wrong first in three runs, or nothing.
  std::string Harm() {
    for (int run = 0; run < 3; ++run) {
      for (size_t s = 0; s < profile_.steps.size(); ++s) RunStep(s);
      for (int v : profile_.outputs) Expect(v, "the caller reads");
      for (int v : profile_.inputs) Expect(v, "the caller had written");
    }
    return harm_;
  }

 private:
  using Bytes = std::vector<int64_t>;

  void Fail(const std::string& what) {
    if (harm_.empty()) harm_ = what;
  }
  void Expect(int v, const std::string& who) {
    const Bytes bytes = BytesOf(v);
    if (std::ranges::any_of(bytes, [&](int64_t b) { return Spoilt(b); })) {
      Fail(who + " spoilt bytes of " + profile_.values[size_t(v)]->name);
    }
  }
  bool Spoilt(int64_t byte) const { return spoilt_[size_t(byte)] != 0; }

  Bytes BytesOf(int v) const {
    const engine::ValueT& value = *profile_.values[size_t(v)];
    const int64_t size = SizeOf(engine::ToDType(value.dtype));
    Bytes bytes;
    for (int64_t p = 0; p < engine::Pixels(value); ++p) {
      for (int64_t b = 0; b < engine::Channels(value) * size; ++b) {
        bytes.push_back(int64_t(value.offset) +
                        p * engine::PixelStride(value) * size + b);
      }
    }
    return bytes;
  }

  Bytes WrittenBytes(const engine::StepT& step) const {
    const int y = engine::OutputOf(step);
    if (step.params.type != engine::Params::StridedCopy) return BytesOf(y);
    const engine::StridedCopyT& p = *step.params.AsStridedCopy();
    const engine::ValueT& value = *profile_.values[size_t(y)];
    const int64_t size = SizeOf(engine::ToDType(value.dtype));
    Bytes bytes = {int64_t(value.offset) + p.y_offset * size};
    for (size_t axis = 0; axis < p.extents.size(); ++axis) {
      const Bytes before = bytes;
      for (int64_t i = 1; i < p.extents[axis]; ++i) {
        for (int64_t b : before) {
          bytes.push_back(b + i * p.y_strides[axis] * size);
        }
      }
    }
    for (size_t i = bytes.size(); i-- > 0;) {
      for (int64_t b = 1; b < size; ++b) bytes.push_back(bytes[i] + b);
    }
    return bytes;
  }

  void RunStep(size_t s) {
    const engine::StepT& step = *profile_.steps[s];
    const Bytes written = WrittenBytes(step);
    Bytes touched = written;
    for (int v : engine::ReadsOf(step)) {
      Expect(v, step.name + " reads");
      const Bytes read = BytesOf(v);
      touched.insert(touched.end(), read.begin(), read.end());
    }
    std::vector<char> taken(spoilt_.size()), near(spoilt_.size());
    for (int64_t offset : places_.offsets[s]) {
      if (offset % 128 != 0) Fail("a piece is not aligned");
      const int64_t end = offset + needs_[s].bytes;
      for (int64_t b = offset; b < end; ++b) {
        if (taken[size_t(b)]) Fail("two pieces of " + step.name + " meet");
        taken[size_t(b)] = spoilt_[size_t(b)] = true;
      }
      // What is read may be read a little too far.
      const int64_t begin = std::max<int64_t>(0, offset - kBufferSlack + 1);
      std::fill(near.begin() + begin, near.begin() + end, true);
    }
    for (int64_t b : touched) {
      if (near[size_t(b)]) Fail(step.name + " works on its scratch");
    }
    for (int64_t b : written) spoilt_[size_t(b)] = false;
  }

  const engine::ProfileT& profile_;
  const std::vector<ScratchNeed>& needs_;
  const ScratchPlaces& places_;
  std::vector<char> spoilt_;
  std::string harm_;
};

std::string HarmOf(TestProgram& p, const std::vector<ScratchNeed>& needs,
                   const ScratchPlaces& places) {
  return Spoiling(p.profile(), needs, places).Harm();
}

void Add(TestProgram& p, int a, int b, int y) {
  engine::BinaryF32T add;
  add.a = a;
  add.b = b;
  add.y = y;
  p.AddStep(std::move(add));
}

// A copy into a dense y, from its element `first` on.
void CopyInto(TestProgram& p, int x, int y, int64_t first) {
  const engine::ValueT& from = p.value(x);
  engine::StridedCopyT copy;
  copy.x = x;
  copy.y = y;
  copy.extents = from.dims;
  const auto x_strides = engine::Strides(from);
  const auto y_strides = engine::Strides(p.value(y));
  for (size_t i = 0; i < from.dims.size(); ++i) {
    copy.x_strides.push_back(x_strides[i]);
    copy.y_strides.push_back(y_strides[i]);
  }
  copy.y_offset = first;
  p.AddStep(std::move(copy));
}

int64_t OffsetOf(TestProgram& p, int value) {
  return int64_t(p.value(value).offset);
}

// x -> a -> b -> c -> y, 1024 bytes each, in that order in memory.
TestProgram Chain() {
  TestProgram p;
  for (const char* name : {"x", "a", "b", "c", "y"}) {
    const int value = p.Add(name, DType::F32, {256});
    if (value > 0) p.AddCopy(value - 1, value);
  }
  p.Input(0);
  p.Output(4);
  return p;
}

TEST(PlaceScratch, TakesTheMemoryOfValuesThatAreNotThereYetOrNoLonger) {
  TestProgram p = Chain();
  const std::vector<ScratchNeed> needs(4, {500, 1});
  const ScratchPlaces places =
      PlaceScratch(p.profile(), FindTapPoints(p.profile()), needs, false);
  EXPECT_EQ(places.bytes, int64_t(p.profile().arena_bytes));
  EXPECT_EQ(HarmOf(p, needs, places), "");
  // Over c, which comes later; over a, which nobody reads any more.
  EXPECT_GE(places.offsets[0][0], OffsetOf(p, 2));
  EXPECT_GE(places.offsets[3][0], OffsetOf(p, 1));
  EXPECT_LT(places.offsets[3][0], OffsetOf(p, 3));
}

TEST(PlaceScratch, PutsBehindTheArenaOnlyWhatHasNoRoomInIt) {
  TestProgram p = Chain();
  // The gap of three values holds two pieces, with slack.
  const std::vector<ScratchNeed> needs = {{1400, 3}, {}, {}, {}};
  const ScratchPlaces places =
      PlaceScratch(p.profile(), FindTapPoints(p.profile()), needs, false);
  EXPECT_EQ(HarmOf(p, needs, places), "");
  ASSERT_EQ(places.offsets[0].size(), 3u);
  EXPECT_TRUE(places.offsets[1].empty());
  const int64_t arena = int64_t(p.profile().arena_bytes);
  EXPECT_GT(places.bytes, arena);
  EXPECT_LT(places.bytes, arena + 4200);
}

TEST(PlaceScratch, LeavesAllValuesWhereTheyAreToBeKept) {
  TestProgram p = Chain();
  const std::vector<ScratchNeed> needs(4, {500, 2});
  const ScratchPlaces places =
      PlaceScratch(p.profile(), FindTapPoints(p.profile()), needs, true);
  for (const auto& pieces : places.offsets) {
    ASSERT_EQ(pieces.size(), 2u);
    for (int64_t offset : pieces) {
      EXPECT_GE(offset, int64_t(p.profile().arena_bytes));
    }
  }
}

// Parts of a concatenation, with gaps between their pixels, written by steps
// and by a copy, and one of them read on the way.
TEST(PlaceScratch, KnowsFromWhenOnAConcatenationLives) {
  TestProgram p;
  const int x = p.Add("x", DType::F32, {8, 8, 4});
  const int early = p.Add("early", DType::F32, {8, 8, 4});
  const int whole = p.Add("whole", DType::F32, {8, 8, 12});
  const int first = p.AddChannels("first", whole, 0, 4);
  const int last = p.AddChannels("last", whole, 8, 4);
  const int y = p.Add("y", DType::F32, {8, 8, 12});
  p.Input(x);
  p.Output(y);
  p.AddCopy(x, early);       // 0
  p.AddCopy(early, last);    // 1
  p.AddCopy(last, first);    // 2
  CopyInto(p, x, whole, 4);  // 3
  p.AddCopy(whole, y);       // 4
  const std::vector<ScratchNeed> needs(5, {2000, 1});
  const ScratchPlaces places =
      PlaceScratch(p.profile(), FindTapPoints(p.profile()), needs, false);
  EXPECT_EQ(HarmOf(p, needs, places), "");
  // Before its first part there is nothing in it.
  EXPECT_GE(places.offsets[0][0], OffsetOf(p, whole));
  for (size_t step : {1u, 2u, 3u}) {
    const bool before = places.offsets[step][0] + 2000 <= OffsetOf(p, whole);
    EXPECT_TRUE(before || places.offsets[step][0] >= OffsetOf(p, y)) << step;
  }
}

// Into the middle of two images: no pattern of one period.
TEST(PlaceScratch, KeepsWhatACopyLeavesAround) {
  TestProgram p;
  const int x = p.Add("x", DType::F32, {2, 8, 8, 8});
  const int h = p.Add("h", DType::F32, {2, 4, 4, 8});
  const int images = p.Add("images", DType::F32, {2, 8, 8, 8});
  const int y = p.Add("y", DType::F32, {2, 8, 8, 8});
  p.Input(x);
  p.Output(y);
  p.AddCopy(x, images);
  p.AddCopy(h, h);
  CopyInto(p, h, images, 144);
  p.AddCopy(images, y);
  const std::vector<ScratchNeed> needs(4, {2500, 1});
  EXPECT_EQ(HarmOf(p, needs,
                   PlaceScratch(p.profile(), FindTapPoints(p.profile()), needs,
                                false)),
            "");
}

// What a step reads and no step wrote stays as it was in the run before.
TEST(PlaceScratch, KeepsWhatARunFindsFromTheOneBefore) {
  TestProgram p;
  const int state = p.Add("state", DType::F32, {256});
  const int h = p.Add("h", DType::F32, {256});
  const int y = p.Add("y", DType::F32, {256});
  p.Output(y);
  p.AddCopy(state, h);
  p.AddCopy(h, y);
  const std::vector<ScratchNeed> needs(2, {500, 1});
  EXPECT_EQ(HarmOf(p, needs,
                   PlaceScratch(p.profile(), FindTapPoints(p.profile()), needs,
                                false)),
            "");
}

// An observer sees it when the last step has written its part.
TEST(PlaceScratch, KeepsPartsOfAValueThatNobodyReads) {
  TestProgram p;
  const int x = p.Add("x", DType::F32, {1, 8, 8, 4});
  const int seen = p.Add("seen", DType::F32, {2, 8, 8, 4});
  const int y = p.Add("y", DType::F32, {1, 8, 8, 4});
  p.Input(x);
  p.Output(y);
  CopyInto(p, x, seen, 0);
  p.AddCopy(x, y);
  CopyInto(p, x, seen, 256);
  const std::vector<ScratchNeed> needs = {{}, {900, 1}, {}};
  const ScratchPlaces places =
      PlaceScratch(p.profile(), FindTapPoints(p.profile()), needs, false);
  const int64_t part = OffsetOf(p, seen);
  EXPECT_TRUE(places.offsets[1][0] + 900 <= part ||
              places.offsets[1][0] >= part + 1024)
      << places.offsets[1][0] << " and " << part;
}

TEST(PlaceScratch, IsCaughtWhereItIsWrong) {
  TestProgram p = Chain();
  const std::vector<ScratchNeed> needs(5, {500, 1});
  const auto harm = [&](size_t step, int64_t offset) {
    ScratchPlaces places =
        PlaceScratch(p.profile(), FindTapPoints(p.profile()), needs, false);
    places.offsets[step][0] = offset;
    return HarmOf(p, needs, places);
  };
  EXPECT_THAT(harm(1, OffsetOf(p, 1)), HasSubstr("works on its scratch"));
  EXPECT_THAT(harm(1, OffsetOf(p, 2)), HasSubstr("works on its scratch"));
  EXPECT_THAT(harm(3, OffsetOf(p, 0)), HasSubstr("spoilt bytes of x"));
  // Alive during the step, though it is none of its business.
  Add(p, 1, 4, 4);
  EXPECT_THAT(harm(2, OffsetOf(p, 1)), HasSubstr("reads spoilt bytes of a"));
  EXPECT_THAT(harm(0, OffsetOf(p, 3) + 64), HasSubstr("not aligned"));
  const std::vector<ScratchNeed> two(5, {500, 2});
  ScratchPlaces places =
      PlaceScratch(p.profile(), FindTapPoints(p.profile()), two, false);
  places.offsets[0][1] = places.offsets[0][0] + 128;
  EXPECT_THAT(HarmOf(p, two, places), HasSubstr("meet"));
}

// Values of any place and stride, over each other as it comes: what a file may
// hold. Pixels of a few strides only, so that parts make wholes now and then.
TestProgram RandomProgram(std::mt19937& random) {
  constexpr int64_t kArena = 1 << 13;
  const auto pick = [&](int64_t low, int64_t high) {
    return low + int64_t(random() % uint64_t(high - low + 1));
  };
  TestProgram p;
  for (int i = 0; i < 16; ++i) {
    const int64_t stride = 8 * pick(1, 3);
    const int64_t pixels = pick(1, 30);
    const bool is_part = pick(0, 2) > 0;
    const int64_t width =
        is_part ? std::min<int64_t>(8 * pick(1, 2), stride) : stride;
    const int v = p.Add(std::to_string(i), DType::F32, {pixels, width});
    p.value(v).pixel_stride = stride;
    p.value(v).offset =
        uint64_t(pick(0, kArena / 512 - 1) * 256 + pick(0, 2) * 32);
  }
  p.profile().arena_bytes = kArena;
  for (int i = 0; i < 16; ++i) {
    const int a = int(pick(0, 15)), b = int(pick(0, 15)), y = int(pick(0, 15));
    if (pick(0, 3) > 0) {
      Add(p, a, b, y);
    } else {
      CopyInto(p, y, y, 0);
      engine::StepT& step = *p.profile().steps.back();
      if (pick(0, 1) == 0) step.params.AsStridedCopy()->extents[0] = 1;
    }
  }
  p.Input(0);
  p.Output(int(pick(0, 15)));
  p.Output(int(pick(0, 15)));
  return p;
}

TEST(PlaceScratch, NeverLiesOverWhatIsAliveInRandomPrograms) {
  std::mt19937 random(11);
  int inside = 0;
  for (int round = 0; round < 40; ++round) {
    TestProgram p = RandomProgram(random);
    std::vector<ScratchNeed> needs;
    for (size_t s = 0; s < p.profile().steps.size(); ++s) {
      needs.push_back({int64_t(random() % 400), int(random() % 4)});
    }
    const ScratchPlaces places =
        PlaceScratch(p.profile(), FindTapPoints(p.profile()), needs, false);
    ASSERT_EQ(HarmOf(p, needs, places), "") << round;
    for (const auto& pieces : places.offsets) {
      for (int64_t at : pieces) inside += at < (1 << 13) ? 1 : 0;
    }
  }
  // Else nothing was tested.
  EXPECT_GT(inside, 300);
}

}  // namespace
}  // namespace octet::runtime
