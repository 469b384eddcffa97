#include "evaluate/npy.h"

#include <numeric>
#include <random>

#include "base/file.h"
#include "evaluate/arrays.h"
#include "evaluate/conform.h"
#include "evaluate/npy_writer.h"
#include "evaluate/testing/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace octet::evaluate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::byte> Bytes(const std::string& path) {
  const Result<MappedFile> file = MappedFile::Open(path);
  EXPECT_TRUE(file.ok()) << file.status().message();
  return {file->bytes().begin(), file->bytes().end()};
}

// A version 1 file with this header text and so many bytes behind it.
std::vector<std::byte> File(const std::string& header, size_t data_bytes) {
  std::string text = "\x93NUMPY";
  text +=
      {'\x01', '\x00', char(header.size() & 0xff), char(header.size() >> 8)};
  text += header + std::string(data_bytes, '\0');
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}

std::vector<int64_t> CountingTo(int64_t n) {
  std::vector<int64_t> numbers(static_cast<size_t>(n));
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

TEST(ParseNpy, ReadsEveryWholeNumberType) {
  for (const char* kind : {"u1", "i1", "u2", "i2", "u4", "i4", "i8"}) {
    const std::string path = TestArray(std::string(kind) + ".npy");
    const std::vector<std::byte> bytes = Bytes(path);
    const Result<NpyArray> array = ParseNpy(bytes, path);
    ASSERT_TRUE(array.ok()) << array.status().message();
    EXPECT_EQ(array->shape, Shape({2, 3, 4}));
    const Result<std::vector<int64_t>> numbers = ToIntegers(*array, path);
    ASSERT_TRUE(numbers.ok());
    EXPECT_EQ(*numbers, CountingTo(24)) << kind;
  }
}

TEST(ParseNpy, ReadsEveryFloatType) {
  const InputSpec input = {"x", DType::kF32, Shape({2, 3, 4})};
  for (const char* name : {"f2.npy", "f4.npy", "f8.npy", "fortran.npy",
                           "version2.npy", "version3.npy"}) {
    const std::vector<std::byte> bytes = Bytes(TestArray(name));
    const Result<NpyArray> array = ParseNpy(bytes, name);
    ASSERT_TRUE(array.ok()) << array.status().message();
    const Result<Tensor> tensor = Conform(ToTensor(*array), input, name);
    ASSERT_TRUE(tensor.ok()) << tensor.status().message();
    for (int i = 0; i < 24; ++i) {
      EXPECT_EQ(tensor->as<float>()[size_t(i)], float(i)) << name;
    }
    EXPECT_FALSE(ToIntegers(*array, name).ok());
  }
}

TEST(ParseNpy, ReadsBooleansScalarsAndEmptyArrays) {
  const std::vector<std::byte> truths = Bytes(TestArray("b1.npy"));
  const Result<NpyArray> array = ParseNpy(truths, "b1");
  ASSERT_TRUE(array.ok());
  EXPECT_EQ(array->dtype, DType::kBool);
  EXPECT_EQ(ToTensor(*array).as<uint8_t>()[1], 1);
  const std::vector<std::byte> scalar = Bytes(TestArray("scalar.npy"));
  EXPECT_EQ(ToTensor(*ParseNpy(scalar, "s")).as<float>()[0], 2.5f);
  const std::vector<std::byte> empty = Bytes(TestArray("empty.npy"));
  EXPECT_EQ(ParseNpy(empty, "e")->shape, Shape({0, 3}));
}

TEST(ParseNpy, NamesTypesItDoesNotRead) {
  for (const char* name :
       {"big_endian.npy", "complex.npy", "structured.npy", "text.npy"}) {
    const Result<NpyArray> array = ParseNpy(Bytes(TestArray(name)), name);
    ASSERT_FALSE(array.ok()) << name;
    EXPECT_EQ(array.status().code(), Code::kUnsupported) << name;
    EXPECT_THAT(array.status().message(), HasSubstr(name));
  }
}

TEST(ParseNpy, TakesAnyOrderAndSpacingOfTheHeader) {
  for (const char* header :
       {"{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}",
        "{\"shape\":(2,),\"fortran_order\":True,\"descr\":\"<f4\"}\n",
        "{'descr':'=f4','fortran_order':False,'shape':(2L,),}   \n",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }"}) {
    const std::vector<std::byte> bytes = File(header, 8);
    EXPECT_TRUE(ParseNpy(bytes, header).ok())
        << ParseNpy(bytes, header).status().message();
  }
}

TEST(ParseNpy, RefusesDamagedHeaders) {
  for (const char* header :
       {"", "{", "{}", "{'descr': '<f4'}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} x",
        "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (2,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': 2}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2 3)}",
        "{'descr': '<f4, 'fortran_order': False, 'shape': (2,)}",
        "{'descr': ['<f4', 'fortran_order': False, 'shape': (2,)}",
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, "
        "'shape': (2,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'x': 'y'}"}) {
    EXPECT_FALSE(ParseNpy(File(header, 8), "damaged").ok()) << header;
  }
}

TEST(ParseNpy, RefusesSizesThatOverflowOrDoNotFit) {
  for (const char* shape : {"(3,)", "(1,)", "(4611686018427387904, 4)",
                            "(9223372036854775807, 9223372036854775807)",
                            "(99999999999999999999,)", "(1,1,1,1,1,1,1,1,2)",
                            "(9223372036854775807, 9223372036854775807, 0)"}) {
    const std::string header =
        std::string("{'descr': '<f4', 'fortran_order': False, 'shape': ") +
        shape + "}";
    EXPECT_FALSE(ParseNpy(File(header, 8), "huge").ok()) << shape;
  }
}

TEST(ParseNpy, RefusesEveryTruncation) {
  const std::vector<std::byte> whole = Bytes(TestArray("f4.npy"));
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(ParseNpy(std::span(whole).first(size), "cut").ok()) << size;
  }
}

TEST(SliceOf, GivesOneSampleInEitherOrder) {
  for (const char* name : {"f4.npy", "fortran.npy"}) {
    const std::vector<std::byte> bytes = Bytes(TestArray(name));
    const Tensor slice = SliceOf(*ParseNpy(bytes, name), 1);
    EXPECT_EQ(slice.shape(), Shape({1, 3, 4}));
    EXPECT_THAT(slice.as<float>(),
                ElementsAre(12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23));
  }
}

TEST(ArrayFile, ReadsStoredAndDeflatedArchives) {
  for (const char* name : {"stored.npz", "deflated.npz"}) {
    const Result<ArrayFile> file = ArrayFile::Open(TestArray(name));
    ASSERT_TRUE(file.ok()) << file.status().message();
    ASSERT_EQ(file->arrays().size(), 2u);
    ASSERT_NE(file->Find("second"), nullptr);
    EXPECT_EQ(file->Find("second")->dtype, DType::kS64);
    EXPECT_EQ(*ToIntegers(*file->Find("second"), name), CountingTo(24));
    EXPECT_EQ(file->Find("third"), nullptr);
  }
}

TEST(ArrayFile, FindsTheOnlyArrayUnderAnyName) {
  const Result<ArrayFile> file = ArrayFile::Open(TestArray("f4.npy"));
  ASSERT_TRUE(file.ok());
  EXPECT_NE(file->Find("whatever"), nullptr);
}

TEST(ArrayFile, HoldsToItsLimit) {
  for (const char* name : {"stored.npz", "deflated.npz"}) {
    const uint64_t sum = (128 + 24 * 4) + (128 + 24 * 8);
    EXPECT_TRUE(ArrayFile::Open(TestArray(name), nullptr, sum).ok());
    const Result<ArrayFile> file =
        ArrayFile::Open(TestArray(name), nullptr, sum - 1);
    ASSERT_FALSE(file.ok());
    EXPECT_THAT(file.status().message(), HasSubstr("at most"));
  }
}

TEST(ParseNpz, RefusesEveryTruncationAndSurvivesChangedBytes) {
  std::mt19937 random(3);
  for (const char* name : {"stored.npz", "deflated.npz"}) {
    const std::vector<std::byte> whole = Bytes(TestArray(name));
    for (size_t size = 0; size < whole.size(); ++size) {
      std::vector<std::vector<std::byte>> storage;
      EXPECT_FALSE(ParseNpz(std::span(whole).first(size), "cut", nullptr,
                            1 << 20, &storage)
                       .ok());
    }
    for (int round = 0; round < 3000; ++round) {
      std::vector<std::byte> changed = whole;
      for (int i = 0; i < 3; ++i) {
        changed[random() % changed.size()] = std::byte(random() % 256);
      }
      std::vector<std::vector<std::byte>> storage;
      const auto arrays =
          ParseNpz(changed, "changed", nullptr, 1 << 20, &storage);
      if (!arrays.ok()) {
        EXPECT_NE(arrays.status().message(), "");
      }
    }
  }
}

TEST(ParseNpz, NoticesAFlippedByteInTheData) {
  std::vector<std::byte> bytes = Bytes(TestArray("stored.npz"));
  // In the elements of the first member, past its local header.
  bytes[200] ^= std::byte{1};
  std::vector<std::vector<std::byte>> storage;
  const auto arrays =
      ParseNpz(bytes, "flipped.npz", nullptr, 1 << 20, &storage);
  ASSERT_FALSE(arrays.ok());
  EXPECT_THAT(arrays.status().message(), HasSubstr("checksum"));
}

TEST(NpyWriter, JoinsTensorsAlongTheFirstAxis) {
  const TempFolder folder;
  const std::string path = folder.Path("out.npy");
  Result<NpyWriter> writer = NpyWriter::Create(path);
  ASSERT_TRUE(writer.ok()) << writer.status().message();
  Tensor one(DType::kF32, {1, 2});
  one.as<float>()[1] = 5;
  Tensor two(DType::kF32, {2, 2});
  two.as<float>()[3] = 7;
  ASSERT_TRUE(writer->Append(one).ok());
  ASSERT_TRUE(writer->Append(two).ok());
  EXPECT_FALSE(std::filesystem::exists(path));
  ASSERT_TRUE(writer->Finish().ok());
  const Result<ArrayFile> file = ArrayFile::Open(path);
  ASSERT_TRUE(file.ok()) << file.status().message();
  const NpyArray& array = file->arrays()[0].array;
  EXPECT_EQ(array.shape, Shape({3, 2}));
  EXPECT_THAT(ToTensor(array).as<float>(), ElementsAre(0, 5, 0, 0, 0, 7));
}

TEST(NpyWriter, WritesEveryTypeThatItReads) {
  const TempFolder folder;
  for (const DType dtype : {DType::kF32, DType::kF16, DType::kF64, DType::kU8,
                            DType::kS8, DType::kU16, DType::kS16, DType::kU32,
                            DType::kS32, DType::kS64, DType::kBool}) {
    const std::string path = folder.Path("t.npy");
    Result<NpyWriter> writer = NpyWriter::Create(path);
    ASSERT_TRUE(writer.ok());
    ASSERT_TRUE(writer->Append(Tensor(dtype, {1, 3})).ok());
    ASSERT_TRUE(writer->Finish().ok());
    EXPECT_EQ(ArrayFile::Open(path)->arrays()[0].array.dtype, dtype);
  }
}

TEST(NpyWriter, MakesAListOfScalars) {
  const TempFolder folder;
  const std::string path = folder.Path("s.npy");
  Result<NpyWriter> writer = NpyWriter::Create(path);
  ASSERT_TRUE(writer.ok());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(writer->Append(Tensor(DType::kF32, Shape())).ok());
  }
  ASSERT_TRUE(writer->Finish().ok());
  EXPECT_EQ(ArrayFile::Open(path)->arrays()[0].array.shape, Shape({3}));
}

TEST(NpyWriter, RefusesATensorOfAnotherForm) {
  const TempFolder folder;
  Result<NpyWriter> writer = NpyWriter::Create(folder.Path("o.npy"));
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE(writer->Append(Tensor(DType::kF32, {1, 2})).ok());
  EXPECT_FALSE(writer->Append(Tensor(DType::kF32, {1, 3})).ok());
  EXPECT_FALSE(writer->Append(Tensor(DType::kS32, {1, 2})).ok());
  EXPECT_FALSE(writer->Append(Tensor(DType::kBF16, {1, 2})).ok());
}

TEST(NpyWriter, LeavesNothingBehindIfItIsNotFinished) {
  const TempFolder folder;
  {
    Result<NpyWriter> writer = NpyWriter::Create(folder.Path("o.npy"));
    ASSERT_TRUE(writer.ok());
    ASSERT_TRUE(writer->Append(Tensor(DType::kF32, {1, 2})).ok());
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(NpyWriter, NamesAFolderThatIsMissing) {
  const Result<NpyWriter> writer = NpyWriter::Create("/nowhere/o.npy");
  ASSERT_FALSE(writer.ok());
  EXPECT_EQ(writer.status().code(), Code::kBadInput);
}

}  // namespace
}  // namespace octet::evaluate
