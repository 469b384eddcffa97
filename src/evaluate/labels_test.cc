// Files that tell what is in a picture: lists, arrays, YOLO text, COCO JSON.
#include "evaluate/labels.h"

#include "evaluate/coco_truth.h"
#include "evaluate/npy_writer.h"
#include "evaluate/testing/files.h"
#include "evaluate/yolo_labels.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace octet::evaluate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

template <typename T>
std::string Refusal(const Result<T>& result) {
  EXPECT_FALSE(result.ok());
  EXPECT_EQ(result.status().code(), Code::kBadInput);
  return result.ok() ? "" : result.status().message();
}

struct ListLine {
  const char* line;
  const char* path;
  int64_t label;
};

TEST(ParseLabelList, SplitsEachLineAtItsTabOrItsLastSpace) {
  const ListLine cases[] = {{"a.png 7", "a.png", 7},
                            {"  a.png   7  ", "a.png", 7},
                            {"a b c.png 7", "a b c.png", 7},
                            {"a b.png\t7", "a b.png", 7},
                            {"a.png\t 7 \r", "a.png", 7},
                            {"sub/a.png -3", "sub/a.png", -3},
                            {"/data/a.png 0", "/data/a.png", 0}};
  for (const ListLine& expected : cases) {
    const auto files = ParseLabelList(expected.line, "l.txt", "");
    ASSERT_TRUE(files.ok()) << expected.line;
    EXPECT_THAT(files->paths, ElementsAre(expected.path)) << expected.line;
    EXPECT_THAT(files->labels, ElementsAre(expected.label)) << expected.line;
    EXPECT_THAT(files->class_names, SizeIs(0));
  }
}

TEST(ParseLabelList, TakesAllClassesAsNamesIfOneIsNoNumber) {
  for (const char* odd : {"x", "1.5", "7th", "99999999999999999999"}) {
    const auto files =
        ParseLabelList(std::string("a 10\nb 9\nc ") + odd, "l", "");
    ASSERT_TRUE(files.ok()) << odd;
    ASSERT_THAT(files->class_names, SizeIs(3));
    // In the order of their letters, not of their values.
    EXPECT_EQ(files->class_names[0], odd[0] == '1' ? "1.5" : "10");
    EXPECT_THAT(files->labels, SizeIs(3));
  }
}

TEST(ParseLabelList, KeepsAClassNameWithSpacesBehindATab) {
  const auto files = ParseLabelList("a.png\tgolden retriever\n", "l", "d");
  ASSERT_TRUE(files.ok());
  EXPECT_THAT(files->class_names, ElementsAre("golden retriever"));
}

TEST(ParseLabelList, CountsEmptyLinesWhenItNamesALine) {
  EXPECT_THAT(Refusal(ParseLabelList("a 1\n\n\nb\n", "l.txt", "")),
              HasSubstr("l.txt:4: expected a file and its class"));
  EXPECT_THAT(Refusal(ParseLabelList("\n \n\r\n", "l.txt", "")),
              HasSubstr("lists no file"));
}

TEST(ReadClassFolders, NamesTheClassWithoutPictures) {
  const TempFolder folder;
  folder.WritePicture("cat/1.png", 2, 2, 0);
  std::filesystem::create_directories(folder.Path("dog"));
  EXPECT_THAT(Refusal(ReadClassFolders(folder.path())), HasSubstr("/dog"));
  EXPECT_THAT(Refusal(ReadClassFolders(folder.Path("missing"))),
              HasSubstr("cannot be read"));
}

TEST(ReadClassFolders, LooksIntoFoldersBelowAClass) {
  const TempFolder folder;
  folder.WritePicture("cat/kitten/1.png", 2, 2, 0);
  folder.WritePicture("cat/2.jpg", 2, 2, 0);
  folder.Write("cat/notes.txt", "no picture");
  folder.Write("readme.txt", "no class");
  const auto files = ReadClassFolders(folder.path());
  ASSERT_TRUE(files.ok()) << files.status().message();
  EXPECT_THAT(files->class_names, ElementsAre("cat"));
  EXPECT_THAT(files->labels, ElementsAre(0, 0));
}

TEST(ReadLabelArray, WantsOneWholeNumberASample) {
  const TempFolder folder;
  const auto error_of = [&](const Tensor& tensor) {
    const std::string path = folder.Path("y.npy");
    Result<NpyWriter> writer = NpyWriter::Create(path);
    EXPECT_TRUE(writer.ok() && writer->Append(tensor).ok() &&
                writer->Finish().ok());
    return Refusal(ReadLabelArray(path));
  };
  EXPECT_THAT(error_of(Tensor(DType::kS64, {3, 2})),
              HasSubstr("has shape [3, 2], expected one label a sample"));
  EXPECT_THAT(error_of(Tensor(DType::kF32, {3})),
              HasSubstr("expected whole numbers"));
}

TEST(ParseYoloLabels, PlacesTheBoxAroundItsMiddle) {
  const auto boxes = ParseYoloLabels(
      "2 0.25 0.5 0.5 0.25\r\n\n\t0  1 1 0 0  \n3.0 1e-1 .5 0.2 1", "a.txt",
      200, 100);
  ASSERT_TRUE(boxes.ok()) << boxes.status().message();
  ASSERT_THAT(*boxes, SizeIs(3));
  EXPECT_EQ((*boxes)[0].category_id, 2);
  EXPECT_DOUBLE_EQ((*boxes)[0].x, 0);
  EXPECT_DOUBLE_EQ((*boxes)[0].y, 37.5);
  EXPECT_DOUBLE_EQ((*boxes)[0].width, 100);
  EXPECT_DOUBLE_EQ((*boxes)[0].height, 25);
  EXPECT_DOUBLE_EQ((*boxes)[0].area, 2500);
  EXPECT_DOUBLE_EQ((*boxes)[1].x, 200);
  EXPECT_DOUBLE_EQ((*boxes)[1].area, 0);
  EXPECT_EQ((*boxes)[2].category_id, 3);
  EXPECT_DOUBLE_EQ((*boxes)[2].y, 0);
}

TEST(ParseYoloLabels, FindsNothingInAnEmptyFile) {
  for (const char* text : {"", "\n", " \t\r\n\n"}) {
    const auto boxes = ParseYoloLabels(text, "a.txt", 10, 10);
    ASSERT_TRUE(boxes.ok());
    EXPECT_THAT(*boxes, SizeIs(0));
  }
}

TEST(ReadYoloFolder, TellsPicturesWithoutLabelsFromFoldersWithoutAny) {
  const TempFolder folder;
  folder.WritePicture("images/a.png", 4, 4, 0);
  folder.WritePicture("images/b.png", 4, 4, 0);
  std::filesystem::create_directories(folder.Path("labels"));
  const std::string images = folder.Path("images");
  const std::string labels = folder.Path("labels");
  EXPECT_THAT(Refusal(ReadYoloFolder(images, labels, {})),
              HasSubstr("holds no .txt file for a picture of"));
  folder.Write("labels/b.txt", "1 0.5 0.5 1 1\n1 0.5 0.5 0.5 0.5\n");
  const auto set = ReadYoloFolder(images, labels, {"dent"});
  ASSERT_TRUE(set.ok()) << set.status().message();
  ASSERT_THAT(set->truth.boxes, SizeIs(2));
  EXPECT_EQ(set->truth.boxes[1].image_id, 2);
  EXPECT_EQ(set->truth.boxes[1].id, 2);
  // A class beyond the names gets its number.
  ASSERT_THAT(set->truth.categories, SizeIs(2));
  EXPECT_EQ(set->truth.categories[0].name, "dent");
  EXPECT_EQ(set->truth.categories[1].name, "1");
}

TEST(ReadYoloFolder, NamesThePictureAndTheLabelsItCannotRead) {
  const TempFolder folder;
  folder.WritePicture("images/a.png", 4, 4, 0);
  folder.Write("labels/a.txt", "zero 0.5 0.5 1 1\n");
  const auto wrong =
      ReadYoloFolder(folder.Path("images"), folder.Path("labels"), {});
  EXPECT_THAT(Refusal(wrong), HasSubstr("labels/a.txt:1:"));
  folder.Write("images/b.png", "no picture");
  folder.Write("labels/a.txt", "0 0.5 0.5 1 1\n");
  const auto damaged =
      ReadYoloFolder(folder.Path("images"), folder.Path("labels"), {});
  EXPECT_THAT(Refusal(damaged), HasSubstr("images/b.png"));
}

constexpr char kTruth[] = R"({
  "images": [{"id": 7, "file_name": "b.png", "width": 20, "height": 10},
             {"id": -2, "file_name": "a.png"}],
  "categories": [{"id": 9, "name": "car"}, {"id": 3, "name": "cat"}],
  "annotations": [
    {"id": 1, "image_id": 7, "category_id": 3, "bbox": [1.5, 2, 3, 4],
     "area": 5.5, "iscrowd": 0},
    {"id": 2, "image_id": -2, "category_id": 9, "bbox": [0, 0, 1, 1]}]})";

Result<CocoTruth> ParseTruth(const std::string& text) {
  return ParseCocoTruth(std::as_bytes(std::span(text)), "gt.json");
}

// The message once `from` has become `to`.
std::string Changed(const std::string& from, const std::string& to) {
  std::string text = kTruth;
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return Refusal(ParseTruth(text.replace(at, from.size(), to)));
}

TEST(ParseCocoTruth, TakesTheAreaOfTheObjectWhereItIsTold) {
  const auto truth = ParseTruth(kTruth);
  ASSERT_TRUE(truth.ok()) << truth.status().message();
  ASSERT_THAT(truth->boxes, SizeIs(2));
  EXPECT_EQ(truth->boxes[0].area, 5.5);
  EXPECT_EQ(truth->boxes[1].area, 1);
  EXPECT_FALSE(truth->boxes[0].crowd);
}

TEST(ParseCocoTruth, KeepsPicturesInOrderAndSortsCategories) {
  const auto truth = ParseTruth(kTruth);
  ASSERT_TRUE(truth.ok());
  EXPECT_EQ(truth->images[0].file_name, "b.png");
  EXPECT_EQ(truth->images[1].id, -2);
  EXPECT_EQ(truth->images[1].width, 0);
  EXPECT_EQ(truth->categories[0].id, 3);
  EXPECT_EQ(truth->categories[1].name, "car");
}

TEST(ParseCocoTruth, NamesTheFieldOfAnotherType) {
  EXPECT_THAT(Changed("\"id\": 7", "\"id\": \"7\""), HasSubstr("images[0]"));
  EXPECT_THAT(Changed("\"id\": 7", "\"id\": 7.5"), HasSubstr("images[0]"));
  EXPECT_THAT(Changed("\"name\": \"cat\"", "\"name\": 5"),
              HasSubstr("categories[1]"));
  EXPECT_THAT(Changed("\"image_id\": -2", "\"image\": -2"),
              HasSubstr("annotations[1]: has no 'image_id'"));
  EXPECT_THAT(Changed("[1.5, 2, 3, 4]", "[1.5, 2, 3, 4, 5]"),
              HasSubstr("annotations[0]"));
  EXPECT_THAT(Changed("[1.5, 2, 3, 4]", "\"1 2 3 4\""),
              HasSubstr("annotations[0]"));
  EXPECT_THAT(Changed("\"id\": -2", "\"id\": 7"), HasSubstr("used twice"));
  EXPECT_THAT(Changed("\"image_id\": 7", "\"image_id\": 8"),
              HasSubstr("names image 8"));
}

TEST(ParseCocoTruth, RefusesEveryTruncation) {
  const std::string whole = kTruth;
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(ParseTruth(whole.substr(0, size)).ok()) << size;
  }
}

TEST(ReadCocoTruth, NamesAMissingFile) {
  EXPECT_THAT(Refusal(ReadCocoTruth("/nowhere/gt.json")),
              HasSubstr("/nowhere/gt.json"));
}

}  // namespace
}  // namespace octet::evaluate
