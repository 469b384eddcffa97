#include "vision/exif.h"

#include <zlib.h>

#include <random>
#include <span>
#include <string>

#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "vision/testing/data.h"

namespace octet::vision {
namespace {

using testing::ElementsAre;

// A picture of 3 x 2 pixels:  a b c
//                             d e f
Image Letters() {
  Image image(3, 2, 1);
  for (int i = 0; i < 6; ++i) image.pixels[size_t(i)] = uint8_t('a' + i);
  return image;
}

std::string Rows(const Image& image) {
  std::string rows;
  for (int64_t y = 0; y < image.height; ++y) {
    if (y > 0) rows += '/';
    for (int64_t x = 0; x < image.width; ++x) rows += char(*image.at(x, y));
  }
  return rows;
}

std::vector<std::byte> Bytes(const std::string& text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}

std::string Number(uint32_t value, int size, bool big_endian) {
  std::string bytes;
  for (int i = 0; i < size; ++i) {
    bytes += char(value >> 8 * (big_endian ? size - 1 - i : i) & 0xff);
  }
  return bytes;
}

// A TIFF block whose first directory has a tag before the orientation.
struct Exif {
  bool big_endian = true;
  uint32_t magic = 42;
  uint32_t directory = 8;
  uint32_t entries = 2;
  uint32_t tag = 0x0112;
  uint32_t type = 3;
  uint32_t count = 1;
  uint32_t value = 6;

  std::string Text() const {
    const auto n = [&](uint32_t value, int size) {
      return Number(value, size, big_endian);
    };
    return (big_endian ? "MM" : "II") + n(magic, 2) + n(directory, 4) +
           n(entries, 2) + n(0x010f, 2) + n(2, 2) + n(4, 4) + "cam" +
           std::string(1, '\0') + n(tag, 2) + n(type, 2) + n(count, 4) +
           n(value, 2) + n(0, 2) + n(0, 4);
  }
};

std::string Segment(char marker, const std::string& body) {
  return std::string("\xff") + marker +
         Number(uint32_t(body.size()) + 2, 2, true) + body;
}

std::string Start() { return "\xff\xd8"; }

std::string App1(const std::string& tiff) {
  return Segment('\xe1', std::string("Exif\0\0", 6) + tiff);
}

Orientation Of(const std::string& file) {
  return OrientationOfJpeg(Bytes(file));
}

TEST(Oriented, TurnsThePictureUprightForEveryValueOfTheTag) {
  // What EXIF 4.6.4 says of the stored rows and columns, drawn by hand.
  constexpr const char* kUpright[] = {"abc/def",  "cba/fed",  "fed/cba",
                                      "def/abc",  "ad/be/cf", "da/eb/fc",
                                      "fc/eb/da", "cf/be/ad"};
  for (int value = 1; value <= 8; ++value) {
    EXPECT_EQ(Rows(Oriented(Letters(), Orientation(value))),
              kUpright[value - 1])
        << value;
  }
}

TEST(Oriented, KeepsThePixelsOfEveryChannelTogether) {
  Image image(2, 1, 3);
  image.pixels = {1, 2, 3, 4, 5, 6};
  const Image turned = Oriented(image, Orientation::kQuarterTurn);
  EXPECT_EQ(turned.width, 1);
  EXPECT_EQ(turned.height, 2);
  EXPECT_EQ(turned.channels, 3);
  EXPECT_THAT(turned.pixels, ElementsAre(1, 2, 3, 4, 5, 6));
  const Image mirrored = Oriented(image, Orientation::kMirrored);
  EXPECT_THAT(mirrored.pixels, ElementsAre(4, 5, 6, 1, 2, 3));
}

TEST(Oriented, ComesBackAfterTheTurnThatUndoesIt) {
  for (int value = 1; value <= 8; ++value) {
    // Quarter turns undo each other; all else undoes itself.
    const int back = value == 6 ? 8 : value == 8 ? 6 : value;
    const Image turned = Oriented(Letters(), Orientation(value));
    EXPECT_EQ(Rows(Oriented(turned, Orientation(back))), "abc/def") << value;
  }
}

TEST(OrientationOfJpeg, ReadsEitherByteOrder) {
  for (const bool big_endian : {false, true}) {
    for (uint32_t value = 1; value <= 8; ++value) {
      Exif exif;
      exif.big_endian = big_endian;
      exif.value = value;
      EXPECT_EQ(int(Of(Start() + App1(exif.Text()))), int(value));
    }
  }
}

TEST(OrientationOfJpeg, FindsItBehindOtherSegmentsAndPadding) {
  const std::string exif = App1(Exif().Text());
  const std::string jfif = Segment('\xe0', "JFIF");
  const std::string xmp = Segment('\xe1', "http://ns.adobe.com/xap/1.0/");
  EXPECT_EQ(Of(Start() + jfif + xmp + exif), Orientation::kQuarterTurn);
  EXPECT_EQ(Of(Start() + "\xff\xff\xff" + exif), Orientation::kQuarterTurn);
  EXPECT_EQ(Of(Start() + Segment('\xe2', std::string(65000, 'x')) + exif),
            Orientation::kQuarterTurn);
}

TEST(OrientationOfJpeg, ListensToTheFirstBlockOnly) {
  Exif second;
  second.value = 3;
  EXPECT_EQ(Of(Start() + App1(Exif().Text()) + App1(second.Text())),
            Orientation::kQuarterTurn);
}

TEST(OrientationOfJpeg, LooksAtNothingBehindTheStartOfThePixels) {
  const std::string exif = App1(Exif().Text());
  EXPECT_EQ(Of(Start() + Segment('\xda', "") + exif), Orientation::kUpright);
  EXPECT_EQ(Of(Start() + "\xff\xd9" + exif), Orientation::kUpright);
}

TEST(OrientationOfJpeg, IsUprightWithoutAValidTag) {
  const auto changed = [](auto change) {
    Exif exif;
    change(exif);
    return Of(Start() + App1(exif.Text()));
  };
  EXPECT_EQ(changed([](Exif&) {}), Orientation::kQuarterTurn);
  EXPECT_EQ(changed([](Exif& e) { e.value = 0; }), Orientation::kUpright);
  EXPECT_EQ(changed([](Exif& e) { e.value = 9; }), Orientation::kUpright);
  EXPECT_EQ(changed([](Exif& e) { e.type = 4; }), Orientation::kUpright);
  EXPECT_EQ(changed([](Exif& e) { e.count = 2; }), Orientation::kUpright);
  EXPECT_EQ(changed([](Exif& e) { e.tag = 0x113; }), Orientation::kUpright);
  EXPECT_EQ(changed([](Exif& e) { e.entries = 1; }), Orientation::kUpright);
  EXPECT_EQ(changed([](Exif& e) { e.magic = 43; }), Orientation::kUpright);
  for (const uint32_t far : {34u, 1000u, 0xffffffffu}) {
    EXPECT_EQ(changed([&](Exif& e) { e.directory = far; }),
              Orientation::kUpright)
        << far;
  }
  EXPECT_EQ(Of(""), Orientation::kUpright);
  EXPECT_EQ(Of(Start()), Orientation::kUpright);
  EXPECT_EQ(Of(Start() + Segment('\xe1', "Exif")), Orientation::kUpright);
  EXPECT_EQ(Of(Start() + App1("")), Orientation::kUpright);
}

TEST(OrientationOfJpeg, TakesMoreEntriesThanThereAreForNoMore) {
  Exif exif;
  exif.entries = 65535;
  EXPECT_EQ(Of(Start() + App1(exif.Text())), Orientation::kQuarterTurn);
  exif.tag = 0x113;
  EXPECT_EQ(Of(Start() + App1(exif.Text())), Orientation::kUpright);
}

TEST(OrientationOfJpeg, SurvivesEveryTruncationAndAnyBytes) {
  const std::string whole = Start() + App1(Exif().Text());
  for (size_t size = 0; size < whole.size(); ++size) {
    const int value = int(Of(whole.substr(0, size)));
    EXPECT_TRUE(value >= 1 && value <= 8) << size;
  }
  std::mt19937 random(7);
  for (int round = 0; round < 5000; ++round) {
    std::string changed = whole;
    for (int i = 0; i < 4; ++i) {
      changed[2 + random() % (changed.size() - 2)] = char(random() % 256);
    }
    const int value = int(Of(changed));
    ASSERT_TRUE(value >= 1 && value <= 8);
  }
}

// RIFF's chunks: a name, a length, padding to an even one.
std::string Chunk(const std::string& name, const std::string& body) {
  return name + Number(uint32_t(body.size()), 4, false) + body +
         std::string(body.size() % 2, '\0');
}

std::string Riff(const std::string& chunks) {
  return Chunk("RIFF", "WEBP" + chunks);
}

TEST(OrientationOfWebp, FindsTheChunkBehindOthersOfOddLength) {
  const std::string exif = Exif().Text();
  for (const std::string& block : {exif, std::string("Exif\0\0", 6) + exif}) {
    const std::string file =
        Riff(Chunk("VP8X", "0123456789") + Chunk("ICCP", "odd") +
             Chunk("VP8L", "pixel") + Chunk("EXIF", block));
    EXPECT_EQ(OrientationOfWebp(Bytes(file)), Orientation::kQuarterTurn);
  }
}

TEST(OrientationOfWebp, SurvivesEveryTruncationAndAnyLength) {
  const std::string whole =
      Riff(Chunk("VP8 ", "pixels") + Chunk("EXIF", Exif().Text()));
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(OrientationOfWebp(Bytes(whole.substr(0, size))),
              Orientation::kUpright)
        << size;
  }
  for (const uint32_t length : {7u, 0x7fffffffu, 0xffffffffu}) {
    std::string changed = whole;
    changed.replace(16, 4, Number(length, 4, false));
    EXPECT_EQ(OrientationOfWebp(Bytes(changed)), Orientation::kUpright)
        << length;
  }
}

// A picture whose eight turns all differ.
Image Slopes() {
  Image image(16, 8, 3);
  for (int64_t y = 0; y < 8; ++y) {
    for (int64_t x = 0; x < 16; ++x) {
      // Red to the right, green downwards.
      image.at(x, y)[0] = uint8_t(16 * x);
      image.at(x, y)[1] = uint8_t(32 * y);
    }
  }
  return image;
}

// Decodes what `with` makes of a file and an EXIF block, for every orientation.
void ExpectTurned(const std::string& file,
                  std::string (*with)(std::string file,
                                      const std::string& tiff)) {
  const Result<Image> stored = DecodeImage(Bytes(file), "plain");
  ASSERT_TRUE(stored.ok()) << stored.status().message();
  for (uint32_t value = 1; value <= 8; ++value) {
    Exif exif;
    exif.value = value;
    const Result<Image> decoded =
        DecodeImage(Bytes(with(file, exif.Text())), "turned");
    ASSERT_TRUE(decoded.ok()) << decoded.status().message();
    const Image expected = Oriented(*stored, Orientation(value));
    EXPECT_EQ(decoded->width, expected.width) << value;
    EXPECT_EQ(decoded->pixels, expected.pixels) << value;
  }
}

std::string Text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(DecodeImage, TurnsAJpegAsItsExifSays) {
  const auto plain = EncodeJpeg(Slopes(), 95);
  ASSERT_TRUE(plain.ok());
  ExpectTurned(Text(*plain), [](std::string file, const std::string& tiff) {
    return file.insert(2, App1(tiff));
  });
}

std::string PngChunk(const std::string& name, const std::string& body) {
  const std::string checked = name + body;
  const auto* first = reinterpret_cast<const Bytef*>(checked.data());
  const auto crc = uint32_t(crc32(0, first, uInt(checked.size())));
  return Number(uint32_t(body.size()), 4, true) + checked +
         Number(crc, 4, true);
}

TEST(DecodeImage, TurnsAPngAsItsExifSaysBeforeOrBehindThePixels) {
  const auto plain = EncodePng(Slopes());
  ASSERT_TRUE(plain.ok());
  ExpectTurned(Text(*plain), [](std::string file, const std::string& tiff) {
    constexpr size_t kBehindHeader = 8 + 12 + 13;
    return file.insert(kBehindHeader, PngChunk("eXIf", tiff));
  });
  ExpectTurned(Text(*plain), [](std::string file, const std::string& tiff) {
    return file.insert(file.size() - 12, PngChunk("eXIf", tiff));
  });
}

TEST(DecodeImage, TurnsAWebpAsItsExifSays) {
  const auto plain = MappedFile::Open(TestPicture("lossless.webp"));
  ASSERT_TRUE(plain.ok()) << plain.status().message();
  // The extended format says first what it holds: here EXIF, 37 x 29 pixels.
  ExpectTurned(Text(plain->bytes()), [](std::string file,
                                        const std::string& tiff) {
    const std::string header =
        Number(8, 4, false) + Number(36, 3, false) + Number(28, 3, false);
    return Riff(Chunk("VP8X", header) + file.substr(12) + Chunk("EXIF", tiff));
  });
}

}  // namespace
}  // namespace octet::vision
