#include "vision/image.h"

#include <zlib.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>

#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "vision/testing/data.h"

namespace octet::vision {
namespace {

using testing::HasSubstr;

std::vector<std::byte> Read(const std::string& name) {
  Result<MappedFile> file = MappedFile::Open(TestPicture(name));
  EXPECT_TRUE(file.ok()) << file.status().message();
  return {file->bytes().begin(), file->bytes().end()};
}

struct ExpectedPicture {
  std::string name;
  int64_t width;
  int64_t height;
  uint32_t crc;
};

std::vector<ExpectedPicture> ExpectedPictures() {
  std::ifstream lines(TestPicture("expected.txt"));
  std::vector<ExpectedPicture> pictures;
  ExpectedPicture picture;
  while (lines >> picture.name >> picture.width >> picture.height >> std::hex >>
         picture.crc >> std::dec) {
    pictures.push_back(picture);
  }
  return pictures;
}

Image Gradient(int64_t width, int64_t height, int channels) {
  Image image(width, height, channels);
  for (size_t i = 0; i < image.pixels.size(); ++i) {
    image.pixels[i] = uint8_t(i * 7 % 251);
  }
  return image;
}

TEST(DecodeImage, GivesThePixelsThatPillowGives) {
  const std::vector<ExpectedPicture> pictures = ExpectedPictures();
  ASSERT_GE(pictures.size(), 15u);
  for (const ExpectedPicture& expected : pictures) {
    SCOPED_TRACE(expected.name);
    Result<Image> image = DecodeImage(Read(expected.name), expected.name);
    ASSERT_TRUE(image.ok()) << image.status().message();
    EXPECT_EQ(image->width, expected.width);
    EXPECT_EQ(image->height, expected.height);
    EXPECT_EQ(image->channels, 3);
    EXPECT_EQ(crc32_z(0, image->pixels.data(), image->pixels.size()),
              expected.crc);
  }
}

TEST(DecodeImage, KeepsGreyGreyWhenAsked) {
  for (const char* name : {"gray.jpg", "gray.png", "gray16.png", "bits.png"}) {
    Result<Image> image = DecodeImage(Read(name), name, Channels::kAsStored);
    ASSERT_TRUE(image.ok()) << image.status().message();
    EXPECT_EQ(image->channels, 1) << name;
  }
  Result<Image> color = DecodeImage(Read("rgb.png"), "", Channels::kAsStored);
  ASSERT_TRUE(color.ok());
  EXPECT_EQ(color->channels, 3);
}

TEST(DecodeImage, TurnsColourIntoLumaWhenGreyIsAsked) {
  Result<Image> gray = DecodeImage(Read("rgb.png"), "", Channels::kGray);
  Result<Image> rgb = DecodeImage(Read("rgb.png"), "");
  ASSERT_TRUE(gray.ok() && rgb.ok());
  EXPECT_EQ(gray->channels, 1);
  EXPECT_EQ(gray->pixels, ToGray(*rgb).pixels);
}

TEST(DecodeImage, RefusesEveryTruncation) {
  for (const ExpectedPicture& expected : ExpectedPictures()) {
    const std::vector<std::byte> whole = Read(expected.name);
    const bool is_jpeg = expected.name.ends_with(".jpg");
    // The two bytes at the end of a JPEG only say that it ends.
    const size_t last = whole.size() - (is_jpeg ? 3 : 1);
    for (size_t size = 0; size < last; size += 1 + size / 16) {
      const Result<Image> image =
          DecodeImage(std::span(whole).first(size), expected.name);
      EXPECT_FALSE(image.ok())
          << expected.name << " cut to " << size << " of " << whole.size();
      if (!image.ok()) {
        EXPECT_EQ(image.status().code(), Code::kBadInput);
      }
    }
  }
}

TEST(DecodeImage, SurvivesChangedBytes) {
  std::mt19937 random(11);
  ImageLimits limits;
  limits.max_pixels = 1 << 20;
  for (const ExpectedPicture& expected : ExpectedPictures()) {
    const std::vector<std::byte> whole = Read(expected.name);
    for (int round = 0; round < 200; ++round) {
      std::vector<std::byte> changed = whole;
      const int changes = 1 + int(random() % 4);
      for (int i = 0; i < changes; ++i) {
        changed[random() % changed.size()] = std::byte(random() % 256);
      }
      const Result<Image> image =
          DecodeImage(changed, expected.name, Channels::kRgb, limits);
      if (image.ok()) {
        EXPECT_LE(image->width * image->height, limits.max_pixels);
      }
    }
  }
}

TEST(DecodeImage, NamesTheFileThatIsNoPicture) {
  const std::vector<std::byte> text(100, std::byte{'x'});
  const Result<Image> image = DecodeImage(text, "notes.jpg");
  ASSERT_FALSE(image.ok());
  EXPECT_THAT(image.status().message(), HasSubstr("notes.jpg: is not a"));
}

TEST(DecodeImage, RefusesAnAnimation) {
  const Result<Image> image = DecodeImage(Read("animated.webp"), "a.webp");
  ASSERT_FALSE(image.ok());
  EXPECT_EQ(image.status().code(), Code::kUnsupported);
}

TEST(DecodeImage, HoldsToItsLimits) {
  for (const char* name : {"420.jpg", "rgb.png", "lossy.webp"}) {
    const std::vector<std::byte> bytes = Read(name);
    ImageLimits limits;
    limits.max_pixels = 29 * 37;
    EXPECT_TRUE(DecodeImage(bytes, name, Channels::kRgb, limits).ok());
    limits.max_pixels -= 1;
    EXPECT_FALSE(DecodeImage(bytes, name, Channels::kRgb, limits).ok());
    limits = {};
    limits.max_bytes = bytes.size();
    EXPECT_TRUE(DecodeImage(bytes, name, Channels::kRgb, limits).ok());
    limits.max_bytes -= 1;
    EXPECT_FALSE(DecodeImage(bytes, name, Channels::kRgb, limits).ok());
  }
}

TEST(DecodeImage, RefusesASmallFileThatClaimsAHugePicture) {
  // The size stands in the frame header, right behind the marker FF C0.
  std::vector<std::byte> bytes = Read("444.jpg");
  for (size_t i = 0; i + 9 < bytes.size(); ++i) {
    if (bytes[i] == std::byte{0xff} && bytes[i + 1] == std::byte{0xc0}) {
      for (size_t k = 5; k < 9; ++k) bytes[i + k] = std::byte{0x3f};
      break;
    }
  }
  const Result<Image> image = DecodeImage(bytes, "bomb.jpg");
  ASSERT_FALSE(image.ok());
  EXPECT_THAT(image.status().message(), HasSubstr("claim to hold"));
}

TEST(EncodePng, ReadsBackAsItWas) {
  for (const int channels : {1, 3}) {
    const Image image = Gradient(31, 17, channels);
    const Result<std::vector<std::byte>> bytes = EncodePng(image);
    ASSERT_TRUE(bytes.ok());
    const Result<Image> back =
        DecodeImage(*bytes, "memory.png", Channels::kAsStored);
    ASSERT_TRUE(back.ok()) << back.status().message();
    EXPECT_EQ(back->channels, channels);
    EXPECT_EQ(back->pixels, image.pixels);
  }
}

TEST(EncodeJpeg, ReadsBackAlmostAsItWas) {
  for (const int channels : {1, 3}) {
    Image image(40, 30, channels);
    for (uint8_t& pixel : image.pixels) pixel = 140;
    const Result<std::vector<std::byte>> bytes = EncodeJpeg(image, 95);
    ASSERT_TRUE(bytes.ok());
    const Result<Image> back =
        DecodeImage(*bytes, "memory.jpg", Channels::kAsStored);
    ASSERT_TRUE(back.ok()) << back.status().message();
    ASSERT_EQ(back->pixels.size(), image.pixels.size());
    for (const uint8_t pixel : back->pixels) EXPECT_NEAR(pixel, 140, 2);
  }
}

TEST(EncodeImage, RefusesAnEmptyPicture) {
  EXPECT_FALSE(EncodePng(Image()).ok());
  EXPECT_FALSE(EncodeJpeg(Image()).ok());
  EXPECT_FALSE(EncodeJpeg(Image(70000, 1, 1)).ok());
}

TEST(WriteImage, ChoosesTheFormatByTheName) {
  const std::string folder = testing::TempDir();
  const Image image = Gradient(8, 8, 3);
  for (const char* name : {"a.png", "a.jpg", "a.JPEG"}) {
    ASSERT_TRUE(WriteImage(folder + name, image).ok()) << name;
    EXPECT_TRUE(ReadImage(folder + name).ok()) << name;
    std::filesystem::remove(folder + name);
  }
  const Status status = WriteImage(folder + "a.gif", image);
  EXPECT_EQ(status.code(), Code::kUsage);
}

TEST(ReadImage, NamesAMissingFile) {
  const Result<Image> image = ReadImage("/nowhere/a.png");
  ASSERT_FALSE(image.ok());
  EXPECT_THAT(image.status().message(), HasSubstr("/nowhere/a.png"));
}

TEST(HasImageExtension, IgnoresCase) {
  EXPECT_TRUE(HasImageExtension("a/b.JPG"));
  EXPECT_TRUE(HasImageExtension("b.webp"));
  EXPECT_FALSE(HasImageExtension("b.txt"));
  EXPECT_FALSE(HasImageExtension("jpg"));
}

TEST(ToGray, KeepsBlackWhiteAndGreyExact) {
  Image image(3, 1, 3);
  image.pixels = {0, 0, 0, 255, 255, 255, 77, 77, 77};
  EXPECT_THAT(ToGray(image).pixels, testing::ElementsAre(0, 255, 77));
}

TEST(ToRgb, CopiesGreyIntoEachChannel) {
  Image image(2, 1, 1);
  image.pixels = {5, 9};
  EXPECT_THAT(ToRgb(image).pixels, testing::ElementsAre(5, 5, 5, 9, 9, 9));
}

}  // namespace
}  // namespace octet::vision
