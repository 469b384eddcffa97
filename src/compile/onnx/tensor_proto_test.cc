#include "compile/onnx/tensor_proto.h"

#include <gtest/gtest.h>
#include <onnx.pb.h>

#include <cmath>
#include <limits>
#include <string>

#include "compile/ir/text_data.h"

namespace octet::compile {
namespace {

using onnx::TensorProto;
constexpr float kInf = std::numeric_limits<float>::infinity();

TensorProto Proto(int type, const std::vector<int64_t>& dims) {
  TensorProto proto;
  proto.set_name("t");
  proto.set_data_type(type);
  for (int64_t dim : dims) proto.add_dims(dim);
  return proto;
}

Result<Tensor> Read(const TensorProto& proto, int64_t most = 1 << 20) {
  return TensorReader(ExternalData(), most).Read(proto);
}

// "f32[2]{1, 2}", or the error.
std::string TextOf(const TensorProto& proto) {
  const Result<Tensor> tensor = Read(proto);
  if (!tensor.ok()) return std::string(tensor.status().message());
  return std::string(Name(tensor->dtype())) + tensor->shape().ToString() +
         PrintData(*tensor);
}

struct RawRow {
  int type;
  std::string raw;  // little endian
  const char* text;
};

TEST(ReadTensor, TakesRawDataOfEveryType) {
  using namespace std::string_literals;
  const RawRow rows[] = {
      {TensorProto::FLOAT, "\0\0\x80\x3f\0\0\0\xc0"s, "f32[2]{1, -2}"},
      {TensorProto::FLOAT16, "\0\x3c\0\xc0"s, "f32[2]{1, -2}"},
      {TensorProto::BFLOAT16, "\x80\x3f\0\xc0"s, "f32[2]{1, -2}"},
      {TensorProto::DOUBLE, "\0\0\0\0\0\0\xf0\x3f\0\0\0\0\0\0\0\xc0"s,
       "f32[2]{1, -2}"},
      {TensorProto::UINT8, "\1\xff"s, "u8[2]{1, 255}"},
      {TensorProto::INT8, "\1\xff"s, "s8[2]{1, -1}"},
      {TensorProto::UINT16, "\1\0\xff\xff"s, "u16[2]{1, 65535}"},
      {TensorProto::INT16, "\1\0\xff\xff"s, "s16[2]{1, -1}"},
      {TensorProto::UINT32, "\1\0\0\0\xff\xff\xff\xff"s,
       "u32[2]{1, 4294967295}"},
      {TensorProto::INT32, "\1\0\0\0\xff\xff\xff\xff"s, "s32[2]{1, -1}"},
      {TensorProto::INT64, "\1\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff"s,
       "s64[2]{1, -1}"},
      {TensorProto::BOOL, "\0\x07"s, "bool[2]{0, 1}"},
  };
  for (const RawRow& row : rows) {
    TensorProto proto = Proto(row.type, {2});
    proto.set_raw_data(row.raw);
    EXPECT_EQ(TextOf(proto), row.text);
    // One byte less or more is not the shape's size.
    proto.set_raw_data(row.raw.substr(1));
    EXPECT_EQ(Read(proto).status().code(), Code::kBadInput) << row.text;
    proto.set_raw_data(row.raw + "x");
    EXPECT_EQ(Read(proto).status().code(), Code::kBadInput) << row.text;
    proto.set_raw_data("");
    EXPECT_EQ(Read(proto).status().code(), Code::kBadInput) << row.text;
  }
}

struct TypedRow {
  int type;
  void (*fill)(TensorProto&);
  const char* text;
};

constexpr auto kSmallInts = [](TensorProto& p) {
  p.add_int32_data(1);
  p.add_int32_data(0);
};

TEST(ReadTensor, TakesTypedDataOfEveryType) {
  const TypedRow rows[] = {
      {TensorProto::FLOAT,
       [](TensorProto& p) {
         p.add_float_data(0.5f);
         p.add_float_data(-2);
       },
       "f32[2]{0.5, -2}"},
      {TensorProto::FLOAT16,
       [](TensorProto& p) {
         p.add_int32_data(0x3c00);
         p.add_int32_data(0x8001);
       },
       "f32[2]{1, -5.9604645e-08}"},
      {TensorProto::BFLOAT16,
       [](TensorProto& p) {
         p.add_int32_data(0x3f80);
         p.add_int32_data(0xc000);
       },
       "f32[2]{1, -2}"},
      {TensorProto::DOUBLE,
       [](TensorProto& p) {
         p.add_double_data(0.1);
         p.add_double_data(1e300);
       },
       "f32[2]{0.1, 3.4028235e+38}"},
      {TensorProto::UINT8, kSmallInts, "u8[2]{1, 0}"},
      {TensorProto::INT8, kSmallInts, "s8[2]{1, 0}"},
      {TensorProto::UINT16, kSmallInts, "u16[2]{1, 0}"},
      {TensorProto::INT16, kSmallInts, "s16[2]{1, 0}"},
      {TensorProto::INT32, kSmallInts, "s32[2]{1, 0}"},
      {TensorProto::BOOL, kSmallInts, "bool[2]{1, 0}"},
      {TensorProto::UINT32,
       [](TensorProto& p) {
         p.add_uint64_data(4294967295u);
         p.add_uint64_data(7);
       },
       "u32[2]{4294967295, 7}"},
      {TensorProto::INT64,
       [](TensorProto& p) {
         p.add_int64_data(INT64_MIN);
         p.add_int64_data(7);
       },
       "s64[2]{-9223372036854775808, 7}"},
  };
  for (const TypedRow& row : rows) {
    TensorProto proto = Proto(row.type, {2});
    row.fill(proto);
    EXPECT_EQ(TextOf(proto), row.text);
    proto.set_dims(0, 3);
    EXPECT_EQ(Read(proto).status().code(), Code::kBadInput) << row.text;
  }
}

TEST(ReadTensor, DoesNotLookIntoAnotherTypesField) {
  TensorProto proto = Proto(TensorProto::FLOAT, {2});
  proto.add_double_data(1);
  proto.add_double_data(2);
  EXPECT_EQ(TextOf(proto),
            "tensor 't': it has 0 bytes of data, its shape needs 8");
}

TEST(ReadTensor, TakesScalarsAndEmptyTensors) {
  TensorProto scalar = Proto(TensorProto::FLOAT, {});
  scalar.add_float_data(3);
  EXPECT_EQ(TextOf(scalar), "f32[]{3}");
  EXPECT_EQ(TextOf(Proto(TensorProto::FLOAT, {0})), "f32[0]{}");
  EXPECT_EQ(TextOf(Proto(TensorProto::INT64, {2, 0, 3})), "s64[2, 0, 3]{}");
}

TEST(ReadTensor, RefusesShapesThatAreTooBigOrNegative) {
  constexpr int64_t kHuge = int64_t{1} << 62;
  const std::vector<int64_t> shapes[] = {{-1},
                                         {2, -3},
                                         {kHuge},
                                         {kHuge, kHuge},
                                         {kHuge, 2, 2, 2},
                                         {INT64_MAX},
                                         {INT64_MIN},
                                         {1, 1, 1, 1, 1, 1, 1, 1, 1}};
  for (const auto& dims : shapes) {
    const Result<Tensor> tensor = Read(Proto(TensorProto::FLOAT, dims));
    EXPECT_EQ(tensor.status().code(), Code::kBadInput)
        << testing::PrintToString(dims);
  }
}

TEST(ReadTensor, RefusesNumbersThatAreNotFinite) {
  for (float value : {std::nanf(""), kInf, -kInf}) {
    TensorProto proto = Proto(TensorProto::FLOAT, {3});
    proto.add_float_data(1);
    proto.add_float_data(value);
    proto.add_float_data(1);
    EXPECT_NE(TextOf(proto).find("element 1 is "), std::string::npos);
  }
  // Halves, too, and whatever widens to them.
  TensorProto half = Proto(TensorProto::FLOAT16, {1});
  half.add_int32_data(0x7e00);
  EXPECT_NE(TextOf(half).find("element 0 is nan"), std::string::npos);
  TensorProto brain = Proto(TensorProto::BFLOAT16, {2});
  brain.add_int32_data(0x7f80);
  brain.add_int32_data(0);
  EXPECT_NE(TextOf(brain).find("element 0 is inf"), std::string::npos);
}

TEST(ReadTensor, TakesASingleInfinityForALimit) {
  TensorProto proto = Proto(TensorProto::FLOAT, {});
  proto.add_float_data(-kInf);
  EXPECT_EQ(TextOf(proto), "f32[]{-inf}");
  TensorProto half = Proto(TensorProto::FLOAT16, {1});
  half.add_int32_data(0x7c00);
  EXPECT_EQ(TextOf(half), "f32[1]{inf}");
}

TEST(ReadTensor, CannotReadTypesThatOctetLacks) {
  const int types[] = {TensorProto::STRING,
                       TensorProto::COMPLEX64,
                       TensorProto::COMPLEX128,
                       TensorProto::UINT64,
                       TensorProto::UNDEFINED,
                       17,
                       99};
  for (int type : types) {
    const Result<Tensor> tensor = Read(Proto(type, {1}));
    EXPECT_EQ(tensor.status().code(), Code::kUnsupported) << type;
    EXPECT_EQ(DTypeOf(type), std::nullopt) << type;
  }
  TensorProto pieces = Proto(TensorProto::FLOAT, {1});
  pieces.mutable_segment();
  EXPECT_EQ(Read(pieces).status().code(), Code::kUnsupported);
}

TEST(ReadTensor, CountsWhatAllTensorsTake) {
  TensorReader reader(ExternalData(), 20);
  TensorProto proto = Proto(TensorProto::FLOAT, {2});
  proto.set_raw_data(std::string(8, '\0'));
  EXPECT_TRUE(reader.Read(proto).ok());
  EXPECT_TRUE(reader.Read(proto).ok());
  const Status status = reader.Read(proto).status();
  EXPECT_EQ(status.code(), Code::kBadInput);
  EXPECT_NE(status.message().find("more than the bytes allowed"),
            std::string::npos);
}

TEST(ReadTensor, CountsFloatsAsWideAsTheyBecome) {
  TensorProto half = Proto(TensorProto::FLOAT16, {4});
  half.set_raw_data(std::string(8, '\0'));
  EXPECT_FALSE(Read(half, 15).ok());
  EXPECT_TRUE(Read(half, 16).ok());
}

TEST(DTypeOf, WidensFloatsAndKeepsIntegers) {
  EXPECT_EQ(DTypeOf(TensorProto::FLOAT16), DType::kF32);
  EXPECT_EQ(DTypeOf(TensorProto::BFLOAT16), DType::kF32);
  EXPECT_EQ(DTypeOf(TensorProto::DOUBLE), DType::kF32);
  EXPECT_EQ(DTypeOf(TensorProto::INT8), DType::kS8);
  EXPECT_EQ(DTypeOf(TensorProto::BOOL), DType::kBool);
}

}  // namespace
}  // namespace octet::compile
