// The pieces of the text form: the cursor, names, the data of constants.
#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "compile/ir/text.h"
#include "compile/ir/text_cursor.h"
#include "compile/ir/text_data.h"
#include "compile/ir/text_name.h"
#include "compile/ir/unique_names.h"

namespace octet::compile {
namespace {

TEST(TextCursor, SkipsSpacesAndStopsAtComments) {
  TextCursor in("  \t a , b # rest");
  EXPECT_FALSE(in.AtEnd());
  EXPECT_EQ(in.Bare(), "a");
  EXPECT_FALSE(in.Take(';'));
  EXPECT_TRUE(in.Take(','));
  EXPECT_EQ(in.Name(), "b");
  EXPECT_TRUE(in.AtEnd());
  EXPECT_EQ(in.Bare(), "");
  EXPECT_EQ(in.Name(), std::nullopt);
  EXPECT_TRUE(TextCursor("").AtEnd());
  EXPECT_TRUE(TextCursor("\t ").AtEnd());
}

TEST(TextCursor, TakesAWordOnlyWhereItEnds) {
  TextCursor in("_ _x ...] ...");
  EXPECT_TRUE(in.TakeWord("_"));
  EXPECT_FALSE(in.TakeWord("_"));
  EXPECT_EQ(in.Name(), "_x");
  EXPECT_TRUE(in.TakeWord("...]"));
  EXPECT_TRUE(in.TakeWord("..."));
  EXPECT_TRUE(in.AtEnd());
}

struct NumberRow {
  const char* text;
  bool is_number;
  int64_t value;
};

TEST(TextCursor, ReadsANumberOrTakesNothing) {
  const NumberRow rows[] = {
      {"7", true, 7},
      {"-7]", true, -7},
      {" 9223372036854775807,", true, std::numeric_limits<int64_t>::max()},
      {"9223372036854775808", false, 0},
      {"7x", false, 0},
      {"7.5", false, 0},
      {"", false, 0},
      {"\"7\"", false, 0},
      {"+7", false, 0},
  };
  for (const NumberRow& row : rows) {
    TextCursor in(row.text);
    int64_t value = 0;
    EXPECT_EQ(in.Number(value), row.is_number) << row.text;
    if (row.is_number) {
      EXPECT_EQ(value, row.value) << row.text;
      continue;
    }
    TextCursor whole(row.text);
    EXPECT_EQ(in.Name(), whole.Name()) << "something was taken: " << row.text;
  }
  TextCursor in("-inf nan 1e-3");
  float value = 0;
  EXPECT_TRUE(in.Number(value));
  EXPECT_EQ(value, -std::numeric_limits<float>::infinity());
  EXPECT_TRUE(in.Number(value));
  EXPECT_TRUE(value != value);
  EXPECT_TRUE(in.Number(value));
  EXPECT_EQ(value, 1e-3f);
}

TEST(TextCursor, ReadsQuotedNames) {
  const std::pair<const char*, std::optional<std::string>> rows[] = {
      {R"("")", ""},
      {R"("a b")", "a b"},
      {R"("a\"b\\c")", "a\"b\\c"},
      {R"("\x0a\x00z")", std::string("\n\0z", 3)},
      {R"("#")", "#"},
      {R"("open)", std::nullopt},
      {R"("\)", std::nullopt},
      {R"("\x4")", std::nullopt},
      {R"("\xzz")", std::nullopt},
      {R"("\x)", std::nullopt},
  };
  for (const auto& [text, name] : rows) {
    EXPECT_EQ(TextCursor(text).Name(), name) << text;
  }
}

TEST(TextCursor, TakesWhatStandsBetweenBraces) {
  TextCursor in(" {1, 2} {} {3");
  EXPECT_EQ(in.Braces(), "1, 2");
  EXPECT_EQ(in.Braces(), "");
  EXPECT_EQ(in.Braces(), std::nullopt);
  EXPECT_EQ(TextCursor("1}").Braces(), std::nullopt);
}

TEST(QuoteName, QuotesWhatWouldBeReadAsSomethingElse) {
  const std::pair<const char*, const char*> rows[] = {
      {"conv1", "conv1"},
      {"/model.0/conv:0", "/model.0/conv:0"},
      {"a@b$c-d", "a@b$c-d"},
      {"", "\"\""},
      {"a b", "\"a b\""},
      {"_", "\"_\""},
      {"__", "__"},
      {"...", "\"...\""},
      {"graph", "\"graph\""},
      {"graphs", "graphs"},
      {"output", "\"output\""},
      {"a,b", "\"a,b\""},
      {"a#b", "\"a#b\""},
      {"7", "7"},
      {"\xc3\xa4", "\"\xc3\xa4\""},
      {"tab\t", "\"tab\\x09\""},
  };
  for (const auto& [name, quoted] : rows) {
    EXPECT_EQ(QuoteName(name), quoted);
    EXPECT_EQ(TextCursor(QuoteName(name)).Name(), name);
  }
}

TEST(QuoteSymbol, AlsoQuotesWhatLooksLikeANumber) {
  EXPECT_EQ(QuoteSymbol("N"), "N");
  EXPECT_EQ(QuoteSymbol("7"), "\"7\"");
  EXPECT_EQ(QuoteSymbol("-1"), "\"-1\"");
  EXPECT_EQ(QuoteSymbol("7x"), "\"7x\"");
  EXPECT_EQ(QuoteSymbol("x7"), "x7");
  EXPECT_EQ(QuoteSymbol("?"), "\"?\"");
}

// Whatever bytes a name has, the text form brings them back.
TEST(Names, OfAnyByteComeBack) {
  for (int byte = 1; byte < 256; ++byte) {
    const std::string name = std::string("a") + char(byte) + "b";
    Graph graph;
    graph.outputs = {graph.AddConstant(name, MakeSeeded(DType::kF32, {1}, 1))};
    Result<Graph> again = Parse(Print(graph));
    ASSERT_TRUE(again.ok()) << byte << " " << again.status().message();
    EXPECT_EQ(again->values[0].name, name) << byte;
  }
}

TEST(UniqueNames, CountsUpFromTheBase) {
  UniqueNames names;
  EXPECT_EQ(names.Take("a"), "a");
  EXPECT_EQ(names.Take("a"), "a_1");
  EXPECT_EQ(names.Take("a"), "a_2");
  EXPECT_EQ(names.Take("b"), "b");
  EXPECT_EQ(names.Take(""), "unnamed");
  EXPECT_EQ(names.Take(""), "unnamed_1");
}

TEST(UniqueNames, StepsOverWhatIsReserved) {
  UniqueNames names;
  names.Reserve("a");
  names.Reserve("a_2");
  names.Reserve("a");
  EXPECT_EQ(names.Take("a"), "a_1");
  EXPECT_EQ(names.Take("a"), "a_3");
  // A name that was given out is a base like any other.
  EXPECT_EQ(names.Take("a_1"), "a_1_1");
}

TEST(UniqueNames, NeverGivesANameTwice) {
  UniqueNames names;
  std::set<std::string> given;
  for (const char* base : {"x", "x_1", "x_1_1", "x", "x_1", "x", "x_2", "x"}) {
    for (int i = 0; i < 50; ++i) {
      EXPECT_TRUE(given.insert(names.Take(base)).second);
    }
  }
}

struct DataRow {
  DType dtype;
  Shape shape;
  const char* text;
  const char* printed;
};

TEST(TextData, PrintsTheShortestFormThatComesBack) {
  const DataRow rows[] = {
      {DType::kF32, {}, "0.1", "{0.1}"},
      {DType::kF32, {2}, " 1,2 ", "{1, 2}"},
      {DType::kF32, {0}, "", "{}"},
      {DType::kF32, {3}, "nan, inf, -inf", "{nan, inf, -inf}"},
      {DType::kF32, {1}, "-0", "{-0}"},
      {DType::kF32, {1}, "1e-45", "{1e-45}"},
      {DType::kF64, {1}, "0.1", "{0.1}"},
      {DType::kF32, {4}, "fill=2", "{2, 2, 2, 2}"},
      {DType::kF32, {5}, "fill=2", "{fill=2}"},
      {DType::kF32, {5}, "2,2,2,2,2", "{fill=2}"},
      {DType::kS64,
       {5},
       "fill=-9223372036854775808",
       "{fill=-9223372036854775808}"},
      {DType::kU8, {2}, "0, 255", "{0, 255}"},
      {DType::kS8, {2}, "-128, 127", "{-128, 127}"},
      {DType::kU16, {2}, "0, 65535", "{0, 65535}"},
      {DType::kS16, {2}, "-32768, 32767", "{-32768, 32767}"},
      {DType::kU32, {2}, "0, 4294967295", "{0, 4294967295}"},
      {DType::kS32,
       {2},
       "-2147483648, 2147483647",
       "{-2147483648, 2147483647}"},
      {DType::kBool, {2}, "0, 1", "{0, 1}"},
      {DType::kF32, {17}, "seed=63", "{seed=63}"},
      {DType::kS8, {100}, "seed=0", "{seed=0}"},
  };
  for (const DataRow& row : rows) {
    const auto tensor = ParseData(row.dtype, row.shape, row.text);
    ASSERT_TRUE(tensor.ok()) << row.text << tensor.status().message();
    EXPECT_EQ(PrintData(*tensor), row.printed);
  }
}

TEST(TextData, RefusesWhatIsNoDataOfTheType) {
  const DataRow rows[] = {
      {DType::kF32, {1}, "", "0 elements, expected 1"},
      {DType::kF32, {2}, "1", "1 elements, expected 2"},
      {DType::kF32, {1}, "1, 2", "element 1: '2' is not a f32 or one too many"},
      {DType::kF32, {0}, "1", "element 0"},
      {DType::kF32, {2}, "1,,2", "element 1: ''"},
      {DType::kS64, {1}, "0.5", "'0.5' is not a s64"},
      {DType::kS64, {1}, "9223372036854775808", "is not a s64"},
      {DType::kU8, {1}, "-1", "'-1' is not a u8"},
      {DType::kS16, {1}, "32768", "'32768' is not a s16"},
      {DType::kU32, {1}, "4294967296", "is not a u32"},
      {DType::kBool, {1}, "true", "'true' is not a bool"},
      {DType::kS8, {9}, "fill=128", "'128' is not a s8"},
      {DType::kF32, {9}, "fill=", "'' is not a f32"},
      {DType::kF32, {9}, "seed=-1", "bad seed '-1'"},
      {DType::kF32, {9}, "seeds=1", "element 0: 'seeds=1'"},
      {DType::kF16, {1}, "1", "constants of type f16"},
      {DType::kBF16, {1}, "fill=1", "constants of type bf16"},
      {DType::kU8, {int64_t{1} << 28, 2}, "fill=1", "at most 268435456"},
      {DType::kU8, {int64_t{1} << 62, 4}, "fill=1", "at most 268435456"},
  };
  for (const DataRow& row : rows) {
    const auto tensor = ParseData(row.dtype, row.shape, row.text);
    ASSERT_FALSE(tensor.ok()) << row.text;
    EXPECT_NE(tensor.status().message().find(row.printed), std::string::npos)
        << row.text << " / " << tensor.status().message();
  }
}

TEST(MakeSeeded, StaysInItsRangeAndDependsOnTheSeed) {
  const Tensor a = MakeSeeded(DType::kF32, {1000}, 1);
  const Tensor b = MakeSeeded(DType::kF32, {1000}, 2);
  int equal = 0;
  for (size_t i = 0; i < 1000; ++i) {
    EXPECT_GE(a.as<float>()[i], -1);
    EXPECT_LT(a.as<float>()[i], 1);
    equal += a.as<float>()[i] == b.as<float>()[i];
  }
  EXPECT_LT(equal, 10);
  // A longer tensor begins like a shorter one.
  const Tensor longer = MakeSeeded(DType::kF32, {1001}, 1);
  EXPECT_TRUE(std::equal(a.raw(), a.raw() + a.bytes(), longer.raw()));
  const Tensor weights = MakeSeeded(DType::kS8, {1000}, 3);
  for (int8_t v : weights.as<int8_t>()) EXPECT_GE(v, -127);
}

}  // namespace
}  // namespace octet::compile
