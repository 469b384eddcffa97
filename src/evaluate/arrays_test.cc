#include "evaluate/arrays.h"

#include "evaluate/samples.h"
#include "evaluate/testing/files.h"
#include "evaluate/testing/zip_archive.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace octet::evaluate {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::string Zip(const std::vector<ZipMember>& members) {
  const std::vector<std::byte> bytes = MakeZip(members);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string Floats(const std::string& shape, size_t count) {
  return NpyText("<f4", shape, std::string(4 * count, '\0'));
}

// The message of opening an archive of these members.
std::string Refusal(const std::vector<ZipMember>& members,
                    const ArrayCheck& check = nullptr) {
  const TempFolder folder;
  const auto file = ArrayFile::Open(folder.Write("a.npz", Zip(members)), check);
  EXPECT_FALSE(file.ok());
  return file.ok() ? "" : file.status().message();
}

// The message of taking the samples of an archive for these inputs.
std::string SamplesRefused(const std::vector<ZipMember>& members,
                           std::span<const InputSpec> inputs) {
  const TempFolder folder;
  const std::string path = folder.Write("a.npz", Zip(members));
  const auto samples = OpenSamples(path, inputs, Raw());
  EXPECT_FALSE(samples.ok());
  return samples.ok() ? "" : samples.status().message();
}

TEST(ArrayFile, HoldsTheArraysOfAnArchiveByName) {
  const TempFolder folder;
  const auto file = ArrayFile::Open(
      folder.Write("a.npz", Zip({{.name = "b.npy", .data = Floats("(2,)", 2)},
                                 {.name = "deep/a.npy",
                                  .data = Floats("(3, 1)", 3),
                                  .deflated = true}})));
  ASSERT_TRUE(file.ok()) << file.status().message();
  EXPECT_EQ(file->Names(), "b, deep/a");
  ASSERT_NE(file->Find("deep/a"), nullptr);
  EXPECT_EQ(file->Find("deep/a")->shape, Shape({3, 1}));
  EXPECT_EQ(file->Find("a"), nullptr);
}

TEST(ArrayFile, KnowsAnArrayOfAnArchiveByItsNameAlone) {
  const TempFolder folder;
  const auto file = ArrayFile::Open(folder.Write(
      "a.npz", Zip({{.name = "arr_0.npy", .data = Floats("(2,)", 2)}})));
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file->Find("x"), nullptr);
  EXPECT_NE(file->Find("arr_0"), nullptr);
}

TEST(ArrayFile, MovesWithItsArrays) {
  const TempFolder folder;
  auto file = ArrayFile::Open(
      folder.Write("a.npz", Zip({{.name = "b.npy",
                                  .data = NpyText("|u1", "(3,)", "abc"),
                                  .deflated = true}})));
  ASSERT_TRUE(file.ok());
  const ArrayFile moved = *std::move(file);
  EXPECT_THAT(ToTensor(*moved.Find("b")).as<uint8_t>(),
              ElementsAre('a', 'b', 'c'));
}

TEST(ArrayFile, RefusesMembersThatAreNoArrays) {
  EXPECT_THAT(Refusal({{.name = "readme.txt", .data = "hello"}}),
              HasSubstr("'readme.txt' is no .npy array"));
  EXPECT_THAT(Refusal({{.name = ".npy", .data = Floats("(1,)", 1)}}),
              HasSubstr("'.npy' is no .npy array with a name"));
  EXPECT_THAT(Refusal({{.name = "a.npy", .data = "hello"}}),
              HasSubstr("a.npz:a.npy: is not a .npy file"));
  EXPECT_THAT(Refusal({{.name = "a.npy", .data = Floats("(1,)", 1)},
                       {.name = "a.npy", .data = Floats("(1,)", 1)}}),
              HasSubstr("has two members 'a.npy'"));
  EXPECT_THAT(Refusal({}), HasSubstr("holds no array"));
}

TEST(ArrayFile, RefusesAMemberThatIsNotAsLargeAsItsHeaderSays) {
  for (const bool deflated : {false, true}) {
    for (const size_t count : {size_t{0}, size_t{1}, size_t{3}}) {
      EXPECT_THAT(Refusal({{.name = "a.npy",
                            .data = Floats("(2,)", count),
                            .deflated = deflated}}),
                  AllOf(HasSubstr("a.npy: has "), HasSubstr("by its header")))
          << count;
    }
  }
}

TEST(ArrayFile, AsksBeforeItUnpacks) {
  // The checksum is wrong: unpacking would say so.
  std::vector<std::string> asked;
  const std::string message =
      Refusal({{.name = "a.npy",
                .data = Floats("(5, 7)", 35),
                .deflated = true,
                .crc = 1}},
              [&](const std::string& name, const NpyHeader& header) -> Status {
                asked.push_back(name + header.shape.ToString());
                return Status(Code::kBadInput, "not this one");
              });
  EXPECT_EQ(message, "not this one");
  EXPECT_THAT(asked, ElementsAre("a[5, 7]"));
}

TEST(ArrayFile, AsksAboutAPlainArrayToo) {
  const TempFolder folder;
  const std::string path = folder.Write("a.npy", Floats("(2,)", 2));
  const auto file =
      ArrayFile::Open(path, [](const std::string& name, const NpyHeader&) {
        return Status(Code::kBadInput, "refused '" + name + "'");
      });
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(file.status().message(), "refused ''");
}

TEST(OpenOneArray, NamesTheArraysIfThereAreMore) {
  const TempFolder folder;
  const std::string one = Floats("(1,)", 1);
  const auto file = OpenOneArray(folder.Write(
      "a.npz",
      Zip({{.name = "x.npy", .data = one}, {.name = "y.npy", .data = one}})));
  ASSERT_FALSE(file.ok());
  EXPECT_THAT(file.status().message(),
              HasSubstr("holds 2 arrays (x, y), expected one"));
  EXPECT_TRUE(
      OpenOneArray(folder.Write("b.npz", Zip({{.name = "x.npy", .data = one}})))
          .ok());
}

TEST(OpenSamples, RefusesArraysThatNoInputIsNamedAfter) {
  const InputSpec input = {"images", DType::kF32, Shape({1, 3})};
  const std::string data = Floats("(2, 3)", 6);
  EXPECT_THAT(
      SamplesRefused({{.name = "image.npy", .data = data}}, {&input, 1}),
      HasSubstr("holds an array 'image', which is no input of the model; did "
                "you mean 'images'?"));
  EXPECT_THAT(
      SamplesRefused({{.name = "arr_0.npy", .data = data}}, {&input, 1}),
      HasSubstr("'arr_0', which is no input of the model; known: images"));
  EXPECT_THAT(SamplesRefused({{.name = "images.npy", .data = data},
                              {.name = "labels.npy", .data = data}},
                             {&input, 1}),
              HasSubstr("'labels', which is no input"));
}

TEST(OpenSamples, NamesTheInputThatAnArchiveLacks) {
  const InputSpec inputs[] = {{"ids", DType::kS64, Shape({1, 3})},
                              {"mask", DType::kF32, Shape({1, 3})}};
  EXPECT_THAT(SamplesRefused(
                  {{.name = "mask.npy", .data = Floats("(2, 3)", 6)}}, inputs),
              HasSubstr("holds no array for input 'ids', only mask"));
}

TEST(OpenSamples, WantsAnArchiveForSeveralInputs) {
  const TempFolder folder;
  const InputSpec inputs[] = {{"a", DType::kF32, Shape({1, 3})},
                              {"b", DType::kF32, Shape({1, 3})}};
  const auto samples =
      OpenSamples(folder.Write("a.npy", Floats("(2, 3)", 6)), inputs, Raw());
  ASSERT_FALSE(samples.ok());
  EXPECT_THAT(samples.status().message(),
              HasSubstr("the model has 2 inputs; give an .npz"));
}

TEST(OpenSamples, RefusesAnArchiveOfAnotherShapeBeforeItUnpacks) {
  // Wrong checksums: unpacking would complain about them.
  const InputSpec input = {"x", DType::kF32, Shape({-1, 3})};
  const auto refused = [&](const std::string& data) {
    return SamplesRefused(
        {{.name = "x.npy", .data = data, .deflated = true, .crc = 1}},
        {&input, 1});
  };
  EXPECT_THAT(refused(Floats("(100, 5)", 500)),
              HasSubstr("a sample has shape [1, 5], input 'x' takes [-1, 3]"));
  EXPECT_THAT(refused(NpyText("<i8", "(1, 3)", std::string(24, '\0'))),
              HasSubstr("name a preprocessing"));
  EXPECT_THAT(refused(Floats("(0, 3)", 0)), HasSubstr("no samples"));
  EXPECT_THAT(refused(Floats("(2, 3)", 6)), HasSubstr("checksum"));
}

TEST(OpenSamples, ChecksTheNamesInArchivesThatAreOneSampleEach) {
  const TempFolder folder;
  folder.Write("1.npz", Zip({{.name = "x.npy", .data = Floats("(1, 3)", 3)}}));
  folder.Write("2.npz", Zip({{.name = "y.npy", .data = Floats("(1, 3)", 3)}}));
  const InputSpec input = {"x", DType::kF32, Shape({1, 3})};
  const auto samples = OpenSamples(folder.path(), {&input, 1}, Raw());
  ASSERT_TRUE(samples.ok()) << samples.status().message();
  EXPECT_TRUE((*samples)->Get(0).ok());
  EXPECT_THAT((*samples)->Get(1).status().message(),
              AllOf(HasSubstr("2.npz"), HasSubstr("no input of the model")));
}

TEST(SamplesFromArrays, LetsInputsShareAnArchive) {
  const TempFolder folder;
  const std::string both = folder.Write(
      "a.npz", Zip({{.name = "x.npy", .data = Floats("(2, 3)", 6)},
                    {.name = "y.npy", .data = Floats("(2, 1)", 2)}}));
  const std::string plain = folder.Write("y.npy", Floats("(2, 1)", 2));
  const InputSpec inputs[] = {{"x", DType::kF32, Shape({1, 3})},
                              {"y", DType::kF32, Shape({1, 1})}};
  EXPECT_TRUE(SamplesFromArrays({both, both}, inputs).ok());
  EXPECT_TRUE(SamplesFromArrays({both, plain}, inputs).ok());
  EXPECT_FALSE(SamplesFromArrays({plain, both}, inputs).ok());
}

}  // namespace
}  // namespace octet::evaluate
