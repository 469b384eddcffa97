#include "engine/engine_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "engine/checksum.h"
#include "engine/metadata.h"
#include "engine/testing/test_program.h"

namespace octet::engine {
namespace {

using testing::HasSubstr;

AlignedBytes SmallFile() {
  const TestProgram small = SmallProgram();
  auto bytes = EngineBytes(small.program(), small.constants());
  EXPECT_TRUE(bytes.ok()) << bytes.status().message();
  return *std::move(bytes);
}

// Makes the header's own checksum right again, as a forger would.
void FixHeader(AlignedBytes& file) {
  const uint64_t sum = Checksum(std::span(file).first(120));
  std::memcpy(file.data() + 120, &sum, sizeof(sum));
}

template <typename T>
void Put(AlignedBytes& file, size_t at, T value) {
  std::memcpy(file.data() + at, &value, sizeof(value));
}

TEST(EngineFile, GivesBackWhatWasWritten) {
  const TestProgram small = SmallProgram();
  const AlignedBytes file = SmallFile();
  const auto loaded = ReadEngine(file);
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  EXPECT_EQ(PackProgram(loaded->program()), PackProgram(small.program()));
  EXPECT_TRUE(std::ranges::equal(loaded->constants(), small.constants()));
  EXPECT_EQ(loaded->program().preprocess, "resize 4x4");
  EXPECT_EQ(loaded->program().notes[0]->node, "conv");
}

TEST(EngineFile, HasTheSameBytesEveryTime) {
  EXPECT_EQ(SmallFile(), SmallFile());
  const auto loaded = ReadEngine(SmallFile());
  ASSERT_TRUE(loaded.ok());
  EXPECT_EQ(*EngineBytes(loaded->program(), loaded->constants()), SmallFile());
}

TEST(EngineFile, AlignsConstantsAndHasSlackBehindThem) {
  const AlignedBytes file = SmallFile();
  const auto loaded = ReadEngine(file);
  ASSERT_TRUE(loaded.ok());
  EXPECT_EQ(reinterpret_cast<uintptr_t>(loaded->constants().data()) % 64, 0u);
  EXPECT_TRUE(std::ranges::all_of(
      std::span(file).last(64), [](std::byte b) { return b == std::byte{}; }));
}

TEST(EngineFile, RefusesEveryFlippedByte) {
  AlignedBytes file = SmallFile();
  for (std::byte& byte : file) {
    byte ^= std::byte{0x10};
    const auto loaded = ReadEngine(file);
    byte ^= std::byte{0x10};
    ASSERT_EQ(loaded.status().code(), Code::kDamaged) << &byte - file.data();
  }
}

TEST(EngineFile, RefusesEveryTruncation) {
  const AlignedBytes file = SmallFile();
  for (size_t size = 0; size < file.size(); ++size) {
    const auto loaded = ReadEngine(std::span(file).first(size));
    ASSERT_EQ(loaded.status().code(), Code::kDamaged) << size;
  }
}

TEST(EngineFile, RefusesBytesAddedAtTheEnd) {
  AlignedBytes file = SmallFile();
  file.push_back(std::byte{});
  EXPECT_EQ(ReadEngine(file).status().code(), Code::kDamaged);
}

TEST(EngineFile, SaysWhatToDoWithAnotherVersion) {
  AlignedBytes file = SmallFile();
  Put(file, 8, kFormatVersion + 1);
  FixHeader(file);
  const auto loaded = ReadEngine(file);
  EXPECT_EQ(loaded.status().code(), Code::kDamaged);
  EXPECT_THAT(loaded.status().message(), HasSubstr("build it again"));
}

TEST(EngineFile, RefusesSectionsThatAreNotWhereTheyMustBe) {
  // Offsets and sizes of the two sections, the number of sections.
  for (size_t at : {24, 32, 48, 56}) {
    for (uint64_t value : {uint64_t{0}, uint64_t{64}, uint64_t{1} << 63,
                           ~uint64_t{0}, ~uint64_t{0} - 63}) {
      AlignedBytes file = SmallFile();
      Put(file, at, value);
      FixHeader(file);
      EXPECT_EQ(ReadEngine(file).status().code(), Code::kDamaged) << at;
    }
  }
  AlignedBytes file = SmallFile();
  Put(file, 12, uint32_t{3});
  FixHeader(file);
  EXPECT_EQ(ReadEngine(file).status().code(), Code::kDamaged);
}

TEST(EngineFile, RefusesToWriteAProgramThatIsNotValid) {
  TestProgram small = SmallProgram();
  small.profile().outputs = {99};
  EXPECT_EQ(EngineBytes(small.program(), small.constants()).status().code(),
            Code::kBadInput);
}

TEST(LoadProgram, CopiesConstantsAndAddsSlack) {
  TestProgram small = SmallProgram();
  const auto made = LoadProgram(small.program(), small.constants());
  ASSERT_TRUE(made.ok());
  EXPECT_TRUE(std::ranges::equal(made->constants(), small.constants()));
  const std::byte* end = made->constants().data() + made->constants().size();
  EXPECT_EQ(end[63], std::byte{});
}

TEST(LoadProgram, RefusesAProgramThatIsNotValid) {
  TestProgram small = SmallProgram();
  EXPECT_EQ(LoadProgram(small.program(), {}).status().code(), Code::kBadInput);
}

TEST(UnpackProgram, RefusesWhatIsNoProgram) {
  const AlignedBytes nothing;
  EXPECT_EQ(UnpackProgram(nothing).status().code(), Code::kDamaged);
  const AlignedBytes zeros(100);
  EXPECT_EQ(UnpackProgram(zeros).status().code(), Code::kDamaged);
}

TEST(UnpackProgram, RefusesBytesThatUnpackToMoreThanThemselves) {
  // One array that a thousand values share.
  flatbuffers::FlatBufferBuilder builder;
  const auto dims = builder.CreateVector(std::vector<int64_t>(1000, 1));
  std::vector<flatbuffers::Offset<Value>> values;
  for (int i = 0; i < 1000; ++i) {
    ValueBuilder value(builder);
    value.add_dims(dims);
    values.push_back(value.Finish());
  }
  const auto list = builder.CreateVector(values);
  ProfileBuilder profile(builder);
  profile.add_values(list);
  const auto profiles = builder.CreateVector(std::vector{profile.Finish()});
  ProgramBuilder program(builder);
  program.add_profiles(profiles);
  FinishProgramBuffer(builder, program.Finish());
  const auto bytes =
      std::as_bytes(std::span(builder.GetBufferPointer(), builder.GetSize()));
  const auto unpacked = UnpackProgram(AlignedBytes(bytes.begin(), bytes.end()));
  EXPECT_EQ(unpacked.status().code(), Code::kDamaged);
  EXPECT_THAT(unpacked.status().message(), HasSubstr("unpack to more"));
}

// The bytes of a program of a thousand such steps, which all have one order of
// a thousand axes.
template <typename ParamsBuilder, typename SetPerm>
AlignedBytes StepsOfOneOrder(Params type, SetPerm set_perm) {
  flatbuffers::FlatBufferBuilder builder;
  const auto perm = builder.CreateVector(std::vector<int32_t>(1000, 1));
  std::vector<flatbuffers::Offset<Step>> steps;
  for (int i = 0; i < 1000; ++i) {
    ParamsBuilder params(builder);
    (params.*set_perm)(perm);
    const auto of_step = params.Finish();
    StepBuilder step(builder);
    step.add_params_type(type);
    step.add_params(of_step.Union());
    steps.push_back(step.Finish());
  }
  const auto list = builder.CreateVector(steps);
  ProfileBuilder profile(builder);
  profile.add_steps(list);
  const auto profiles = builder.CreateVector(std::vector{profile.Finish()});
  ProgramBuilder program(builder);
  program.add_profiles(profiles);
  FinishProgramBuffer(builder, program.Finish());
  const auto bytes =
      std::as_bytes(std::span(builder.GetBufferPointer(), builder.GetSize()));
  return {bytes.begin(), bytes.end()};
}

TEST(UnpackProgram, RefusesStepsThatShareAnOrderOfAxes) {
  for (const AlignedBytes& bytes :
       {StepsOfOneOrder<MatMulF32Builder>(Params::MatMulF32,
                                          &MatMulF32Builder::add_a_perm),
        StepsOfOneOrder<MatMulU8Builder>(Params::MatMulU8,
                                         &MatMulU8Builder::add_y_perm),
        StepsOfOneOrder<AttentionF32Builder>(Params::AttentionF32,
                                             &AttentionF32Builder::add_b_perm),
        StepsOfOneOrder<AttentionU8Builder>(Params::AttentionU8,
                                            &AttentionU8Builder::add_c_perm),
        StepsOfOneOrder<AttentionHalfBuilder>(
            Params::AttentionHalf, &AttentionHalfBuilder::add_c_perm)}) {
    const auto unpacked = UnpackProgram(bytes);
    EXPECT_EQ(unpacked.status().code(), Code::kDamaged);
    EXPECT_THAT(unpacked.status().message(), HasSubstr("unpack to more"));
  }
}

TEST(UnpackProgram, SurvivesEveryFlippedBit) {
  // Checksums find accidents; this is what a forger could do behind them.
  const TestProgram small = SmallProgram();
  AlignedBytes bytes = PackProgram(small.program());
  for (std::byte& byte : bytes) {
    for (int bit = 0; bit < 8; ++bit) {
      byte ^= std::byte(1 << bit);
      auto program = UnpackProgram(bytes);
      if (program.ok()) {
        (void)LoadProgram(*std::move(program), small.constants());
      }
      byte ^= std::byte(1 << bit);
    }
  }
}

TEST(ConstantPool, StoresEqualBytesOnce) {
  ConstantPool pool;
  const std::vector<float> a(10, 1.0f), b(10, 2.0f), c(9, 1.0f);
  const uint64_t at_a = pool.Add(std::span<const float>(a));
  const uint64_t at_b = pool.Add(std::span<const float>(b));
  EXPECT_EQ(pool.Add(std::span<const float>(a)), at_a);
  EXPECT_NE(at_a, at_b);
  EXPECT_NE(pool.Add(std::span<const float>(c)), at_a);
  EXPECT_EQ(at_b % 64, 0u);
  EXPECT_EQ(pool.bytes().size(), 3u * 64);
}

class EngineOnDisk : public testing::Test {
 protected:
  void SetUp() override {
    path_ = (std::filesystem::temp_directory_path() /
             ("octet-" + std::to_string(getpid()) + ".octet"))
                .string();
  }
  void TearDown() override { std::filesystem::remove(path_); }
  std::string path_;
};

TEST_F(EngineOnDisk, IsWrittenAndMapped) {
  const TestProgram small = SmallProgram();
  ASSERT_TRUE(WriteEngine(path_, small.program(), small.constants()).ok());
  auto opened = OpenEngine(path_);
  ASSERT_TRUE(opened.ok()) << opened.status().message();
  // The mapping moves along.
  const LoadedEngine moved = *std::move(opened);
  EXPECT_TRUE(std::ranges::equal(moved.constants(), small.constants()));
}

// The line of /proc/self/maps that covers an address.
std::string MappingAt(const void* address) {
  std::ifstream maps("/proc/self/maps");
  const auto wanted = reinterpret_cast<uintptr_t>(address);
  for (std::string line; std::getline(maps, line);) {
    uintptr_t begin = 0, end = 0;
    char dash = 0;
    std::istringstream(line) >> std::hex >> begin >> dash >> end;
    if (begin <= wanted && wanted < end) return line;
  }
  return "";
}

TEST_F(EngineOnDisk, LeavesItsWeightsInTheFile) {
  const TestProgram small = SmallProgram();
  ASSERT_TRUE(WriteEngine(path_, small.program(), small.constants()).ok());
  const auto opened = OpenEngine(path_);
  ASSERT_TRUE(opened.ok()) << opened.status().message();
  EXPECT_THAT(MappingAt(opened->constants().data()), HasSubstr(path_));
  const auto last = opened->constants().last(1);
  EXPECT_THAT(MappingAt(last.data()), HasSubstr(path_));
}

TEST_F(EngineOnDisk, IsNamedInMessages) {
  EXPECT_EQ(OpenEngine(path_).status().code(), Code::kBadInput);
  ASSERT_TRUE(WriteFileAtomically(path_, "no engine at all").ok());
  const Status damaged = OpenEngine(path_).status();
  EXPECT_EQ(damaged.code(), Code::kDamaged);
  EXPECT_THAT(damaged.message(), HasSubstr(path_));
  TestProgram wrong = SmallProgram();
  wrong.program().version = 9;
  const Status status = WriteEngine(path_, wrong.program(), wrong.constants());
  EXPECT_THAT(status.message(), HasSubstr(path_));
}

}  // namespace
}  // namespace octet::engine
