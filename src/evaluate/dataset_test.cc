#include "evaluate/dataset.h"

#include "evaluate/case.h"
#include "evaluate/labels.h"
#include "evaluate/npy_writer.h"
#include "evaluate/testing/files.h"
#include "evaluate/yolo_labels.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace octet::evaluate {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

Result<Dataset> Open(const std::string& data, const std::string& labels = "",
                     const std::string& images = "") {
  return OpenDataset({data, labels, images});
}

template <typename T>
std::string ErrorOf(const Result<T>& result) {
  EXPECT_FALSE(result.ok());
  return result.status().message();
}

TEST(OpenDataset, NumbersClassFoldersByName) {
  const TempFolder folder;
  folder.WritePicture("dog/1.png", 2, 2, 0);
  folder.WritePicture("cat/2.png", 2, 2, 0);
  folder.WritePicture("cat/1.png", 2, 2, 0);
  const Result<Dataset> set = Open(folder.path());
  ASSERT_TRUE(set.ok()) << set.status().message();
  EXPECT_THAT(set->class_names, ElementsAre("cat", "dog"));
  EXPECT_THAT(set->labels, ElementsAre(0, 0, 1));
  EXPECT_THAT(set->images->Name(0), EndsWith("cat/1.png"));
}

TEST(OpenDataset, ReadsALabelListBesideItsPictures) {
  const TempFolder folder;
  folder.WritePicture("a b.png", 2, 2, 0);
  const std::string list =
      folder.Write("labels.txt", "a b.png 7\n\n  c.png\t3\r\n");
  const Result<Dataset> set = Open(list);
  ASSERT_TRUE(set.ok()) << set.status().message();
  EXPECT_THAT(set->labels, ElementsAre(7, 3));
  EXPECT_TRUE(set->images->Get(0, vision::Channels::kRgb).ok());
  EXPECT_FALSE(set->images->Get(1, vision::Channels::kRgb).ok());
  const Result<Dataset> apart = Open(folder.path(), list);
  ASSERT_TRUE(apart.ok()) << apart.status().message();
  EXPECT_EQ(apart->images->Name(0), set->images->Name(0));
}

TEST(ParseLabelList, NumbersNamesInSortedOrder) {
  const Result<LabelledFiles> files =
      ParseLabelList("1.png dent\n2.png crack\n3.png dent\n", "l", "d");
  ASSERT_TRUE(files.ok());
  EXPECT_THAT(files->class_names, ElementsAre("crack", "dent"));
  EXPECT_THAT(files->labels, ElementsAre(1, 0, 1));
  EXPECT_EQ(files->paths[0], "d/1.png");
}

TEST(ParseLabelList, NamesTheLineWithoutAClass) {
  EXPECT_THAT(ErrorOf(ParseLabelList("a.png 1\nb.png\n", "l.txt", "")),
              HasSubstr("l.txt:2:"));
  EXPECT_FALSE(ParseLabelList("", "l.txt", "").ok());
  EXPECT_FALSE(ParseLabelList("\t7\n", "l.txt", "").ok());
  EXPECT_FALSE(ParseLabelList(std::string("\0\1\2 x", 5), "l.txt", "").ok());
}

TEST(OpenDataset, ReadsArraysWithLabels) {
  const TempFolder folder;
  const std::string images = folder.Path("x.npy");
  const std::string labels = folder.Path("y.npy");
  WriteArray(images, Tensor(DType::kU8, {3, 4, 4}));
  WriteArray(labels, Tensor(DType::kS64, {3}));
  const Result<Dataset> set = Open(images, labels);
  ASSERT_TRUE(set.ok()) << set.status().message();
  EXPECT_NE(set->images, nullptr);
  EXPECT_EQ(set->labels.size(), 3u);
  WriteArray(labels, Tensor(DType::kS64, {2}));
  EXPECT_THAT(ErrorOf(Open(images, labels)), HasSubstr("3 samples"));
  EXPECT_THAT(ErrorOf(Open(images)), HasSubstr("give the labels"));
  WriteArray(labels, Tensor(DType::kF32, {3}));
  EXPECT_THAT(ErrorOf(Open(images, labels)), HasSubstr("whole numbers"));
}

TEST(SamplesOf, UsesReadyTensorsOnlyIfTheyAreRaw) {
  const TempFolder folder;
  const std::string tensors = folder.Path("x.npy");
  const std::string labels = folder.Path("y.npy");
  WriteArray(tensors, Tensor(DType::kF32, {3, 5}));
  WriteArray(labels, Tensor(DType::kS32, {3}));
  const Result<Dataset> set = Open(tensors, labels);
  ASSERT_TRUE(set.ok()) << set.status().message();
  EXPECT_EQ(set->images, nullptr);
  const InputSpec input = {"x", DType::kF32, Shape({1, 5})};
  vision::Preprocess p;
  p.raw = true;
  EXPECT_TRUE(SamplesOf(*set, std::span(&input, 1), p).ok());
  p.raw = false;
  EXPECT_THAT(ErrorOf(SamplesOf(*set, std::span(&input, 1), p)),
              HasSubstr("'raw'"));
}

constexpr char kCoco[] = R"({
  "info": {"x": [1, [2]]}, "licenses": [],
  "images": [{"id": 9, "file_name": "a.png", "width": 20, "height": 10}],
  "categories": [{"id": 5, "name": "car"}, {"id": 2, "name": "cat"}],
  "annotations": [{"id": 1, "image_id": 9, "category_id": 5,
                   "bbox": [1, 2, 3, 4], "iscrowd": 1,
                   "segmentation": [[1, 2, 3]]}]})";

Result<CocoTruth> Parse(const std::string& text) {
  return ParseCocoTruth(std::as_bytes(std::span(text.data(), text.size())),
                        "gt.json");
}

TEST(ParseCocoTruth, ReadsBoxesAndSortsCategories) {
  const Result<CocoTruth> truth = Parse(kCoco);
  ASSERT_TRUE(truth.ok()) << truth.status().message();
  EXPECT_EQ(truth->categories[0].name, "cat");
  ASSERT_EQ(truth->boxes.size(), 1u);
  EXPECT_EQ(truth->boxes[0].height, 4);
  EXPECT_EQ(truth->boxes[0].area, 12);
  EXPECT_TRUE(truth->boxes[0].crowd);
}

TEST(ParseCocoTruth, RefusesWhatIsMissingOrWrong) {
  const auto changed = [](const std::string& from, const std::string& to) {
    std::string text = kCoco;
    text.replace(text.find(from), from.size(), to);
    return ErrorOf(Parse(text));
  };
  EXPECT_THAT(changed("\"image_id\": 9", "\"image_id\": 8"),
              HasSubstr("names image 8"));
  EXPECT_THAT(changed("\"category_id\": 5", "\"category_id\": 4"),
              HasSubstr("category 4"));
  EXPECT_THAT(changed("[1, 2, 3, 4]", "[1, 2, 3]"), HasSubstr("four numbers"));
  EXPECT_THAT(changed("[1, 2, 3, 4]", "[1, 2, 3, \"x\"]"),
              HasSubstr("annotations[0]: 'bbox' is no number"));
  EXPECT_THAT(changed("\"id\": 2,", "\"id\": 5,"), HasSubstr("used twice"));
  EXPECT_THAT(changed("\"file_name\": \"a.png\"", "\"file\": 1"),
              HasSubstr("images[0]: has no 'file_name'"));
  EXPECT_THAT(changed("\"images\"", "\"pictures\""),
              HasSubstr("no list 'images'"));
  EXPECT_FALSE(Parse("").ok());
  EXPECT_FALSE(Parse("[]").ok());
  EXPECT_FALSE(Parse("{\"images\": 3}").ok());
  EXPECT_FALSE(Parse(std::string(100000, '[')).ok());
}

TEST(OpenDataset, FindsThePicturesOfCocoAnnotations) {
  const TempFolder folder;
  folder.WritePicture("pictures/a.png", 20, 10, 0);
  const std::string json = folder.Write("gt.json", kCoco);
  const Result<Dataset> set = Open(json, "", folder.Path("pictures"));
  ASSERT_TRUE(set.ok()) << set.status().message();
  EXPECT_TRUE(set->images->Get(0, vision::Channels::kRgb).ok());
  EXPECT_THAT(set->class_names, ElementsAre("cat", "car"));
  const Result<Dataset> turned = Open(folder.Path("pictures"), json);
  ASSERT_TRUE(turned.ok()) << turned.status().message();
  EXPECT_EQ(turned->images->Name(0), set->images->Name(0));
}

TEST(OpenDataset, ReadsYoloText) {
  const TempFolder folder;
  folder.WritePicture("images/sub/a.png", 20, 10, 0);
  folder.WritePicture("images/b.png", 20, 10, 0);
  folder.Write("labels/sub/a.txt", "1 0.5 0.5 0.2 0.4\n\n");
  const Result<Dataset> set = Open(folder.path());
  ASSERT_TRUE(set.ok()) << set.status().message();
  ASSERT_TRUE(set->truth.has_value());
  EXPECT_EQ(set->truth->categories.size(), 2u);
  EXPECT_EQ(set->truth->images.size(), 2u);
  ASSERT_EQ(set->truth->boxes.size(), 1u);
  const TruthBox& box = set->truth->boxes[0];
  EXPECT_EQ(box.image_id, set->truth->images[1].id);
  EXPECT_NEAR(box.x, 8, 1e-9);
  EXPECT_NEAR(box.y, 3, 1e-9);
  EXPECT_NEAR(box.width, 4, 1e-9);
  EXPECT_NEAR(box.height, 4, 1e-9);
}

TEST(ParseYoloLabels, NamesTheLineThatIsNoBox) {
  for (const char* line :
       {"0 0.5 0.5 0.2", "0 0.5 0.5 0.2 0.4 0.1", "x 0.5 0.5 0.2 0.4",
        "-1 0.5 0.5 0.2 0.4", "0.5 0.5 0.5 0.2 0.4", "0 nan 0.5 0.2 0.4",
        "0 0.5 0.5 -0.2 0.4", "0 320 240 20 40", "99999 0.5 0.5 0.2 0.4"}) {
    const std::string text = std::string("0 0.5 0.5 0.1 0.1\n") + line;
    EXPECT_THAT(ErrorOf(ParseYoloLabels(text, "a.txt", 10, 10)),
                HasSubstr("a.txt:2:"))
        << line;
  }
}

TEST(OpenDataset, SaysWhatIsMissing) {
  const TempFolder folder;
  EXPECT_THAT(ErrorOf(Open(folder.path())), HasSubstr("no folder for a class"));
  EXPECT_FALSE(Open(folder.Path("missing.json")).ok());
  EXPECT_FALSE(Open(folder.Path("missing.txt")).ok());
  std::filesystem::create_directories(folder.Path("empty"));
  EXPECT_THAT(ErrorOf(Open(folder.path())), HasSubstr("no picture"));
}

constexpr char kCase[] = R"({
  "task": "classification", "model": "m.onnx",
  "preprocess": {"resize": "none", "size": [4, 4], "color": "GRAY",
                 "mean": [0], "scale": [1]},
  "decode": {"type": "softmax", "classes": 3, "first_class": 1,
             "names": ["a", "b"]},
  "data": {"eval": {"images_npy": "x.npy", "labels": "sub/y.npy"},
           "calib": {"images_dir": "pictures", "labels": "list.txt"}},
  "metric": {"name": "top1", "protocol": "..."}, "notes": []})";

TEST(ReadCase, TellsModelDataAndMetric) {
  const TempFolder folder;
  folder.Write("case.json", kCase);
  EXPECT_TRUE(IsCase(folder.path()));
  EXPECT_TRUE(IsCase(folder.Path("case.json")));
  EXPECT_FALSE(IsCase(folder.Path("gt.json")));
  const Result<Case> read = ReadCase(folder.path());
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(read->task, Task::kClassification);
  EXPECT_EQ(read->metric, "top1");
  EXPECT_EQ(read->first_class, 1);
  EXPECT_EQ(read->model, folder.Path("m.onnx"));
  EXPECT_THAT(read->class_names, ElementsAre("a", "b"));
  EXPECT_EQ(read->settings.preprocess.width, 4);
  ASSERT_EQ(read->splits.size(), 2u);
  EXPECT_EQ(read->splits[1].paths.labels, folder.Path("sub/y.npy"));
  EXPECT_THAT(ErrorOf(OpenSplit(*read, "train")), HasSubstr("'train'"));
}

TEST(OpenSplit, OpensTheDataOfACase) {
  const TempFolder folder;
  folder.Write("case.json", kCase);
  folder.Write("sub/keep", "");
  WriteArray(folder.Path("x.npy"), Tensor(DType::kU8, {2, 4, 4}));
  WriteArray(folder.Path("sub/y.npy"), Tensor(DType::kS32, {2}));
  folder.WritePicture("pictures/p.png", 4, 4, 9);
  folder.Write("list.txt", "p.png 2\n");
  const Result<Case> read = ReadCase(folder.path());
  ASSERT_TRUE(read.ok());
  const Result<Dataset> eval = OpenSplit(*read, "eval");
  ASSERT_TRUE(eval.ok()) << eval.status().message();
  EXPECT_EQ(eval->images->size(), 2);
  const Result<Dataset> calib = OpenSplit(*read, "calib");
  ASSERT_TRUE(calib.ok()) << calib.status().message();
  EXPECT_THAT(calib->labels, ElementsAre(2));
}

TEST(ParseCase, RefusesWhatItCannotEvaluate) {
  const auto changed = [](const std::string& from, const std::string& to) {
    std::string text = kCase;
    text.replace(text.find(from), from.size(), to);
    return ParseCase(text, "case.json").status();
  };
  EXPECT_EQ(changed("classification", "speech").code(), Code::kUnsupported);
  EXPECT_THAT(changed("\"model\"", "\"modell\"").message(),
              HasSubstr("names no model"));
  EXPECT_THAT(changed("\"labels\": \"list.txt\"", "\"x\": 1").message(),
              HasSubstr("data.calib"));
  EXPECT_THAT(changed("\"first_class\": 1", "\"first_class\": -1").message(),
              HasSubstr("first_class"));
  EXPECT_FALSE(changed("\"data\"", "\"date\"").ok());
  EXPECT_FALSE(ParseCase("[]", "case.json").ok());
}

TEST(ReadCase, OpensEveryRealCaseOfPictures) {
  int cases = 0;
  for (const char* name :
       {"cls-mnist", "cls-squeezenet", "cls-resnet20-cifar10", "det-yolov8n",
        "det-yolox-nano", "cls-pcb-mobilenetv2-qdq"}) {
    const std::string path = vision::RealData(name);
    if (!std::filesystem::exists(path)) continue;
    ++cases;
    const Result<Case> read = ReadCase(path);
    ASSERT_TRUE(read.ok()) << read.status().message();
    for (const char* split : {"eval", "calib"}) {
      const Result<Dataset> set = OpenSplit(*read, split);
      ASSERT_TRUE(set.ok()) << set.status().message();
      EXPECT_GT(set->images->size(), 90);
      EXPECT_EQ(set->truth.has_value(), read->task == Task::kDetection);
    }
  }
  if (cases == 0) GTEST_SKIP() << "no real data";
}

}  // namespace
}  // namespace octet::evaluate
