#include "vision/detections_json.h"

#include <nlohmann/json.hpp>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace octet::vision {
namespace {

TEST(DetectionsJson, HasTheDocumentedForm) {
  const std::vector<std::string> names = {"person", "car"};
  ImageDetections image;
  image.file = "street/a.jpg";
  image.width = 640;
  image.height = 480;
  image.detections = {{{1.234, 2, 30.129, 44.5}, 1, 0.87314f}};
  const std::string text = DetectionsJson(std::span(&image, 1), names);
  EXPECT_EQ(nlohmann::json::parse(text), nlohmann::json::parse(R"({
    "format": "octet-detections", "version": 1,
    "images": [{"file": "street/a.jpg", "width": 640, "height": 480,
                "detections": [{"class": 1, "name": "car", "score": 0.8731,
                                "box": [1.23, 2.0, 30.13, 44.5]}]}]})"));
}

TEST(DetectionsJson, KeepsTheOrderOfItsKeys) {
  const std::string text = DetectionsJson({}, {});
  EXPECT_LT(text.find("format"), text.find("version"));
  EXPECT_LT(text.find("version"), text.find("images"));
}

TEST(DetectionsJson, WritesNothingFoundAsAnEmptyList) {
  ImageDetections image;
  image.file = "a.jpg";
  const nlohmann::json document =
      nlohmann::json::parse(DetectionsJson(std::span(&image, 1), {}));
  EXPECT_TRUE(document["images"][0]["detections"].empty());
  EXPECT_TRUE(document["images"][0]["detections"].is_array());
}

TEST(DetectionsJson, StaysValidForFileNamesThatAreNotUtf8) {
  ImageDetections image;
  image.file = "caf\xe9.jpg";
  const std::string text = DetectionsJson(std::span(&image, 1), {});
  EXPECT_TRUE(nlohmann::json::accept(text));
}

}  // namespace
}  // namespace octet::vision
