#include "vision/detections_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "vision/draw.h"

namespace octet::vision {
namespace {

using Json = nlohmann::ordered_json;

double Rounded(double x, double steps) { return std::round(x * steps) / steps; }

Json ToJson(const Detection& d, std::span<const std::string> names) {
  const Box& box = d.box;
  Json corners = Json::array();
  for (const double x : {box.x0, box.y0, box.x1, box.y1}) {
    corners.push_back(Rounded(x, 100));
  }
  return {{"class", d.class_index},
          {"name", ClassName(names, d.class_index)},
          {"score", Rounded(double(d.score), 10000)},
          {"box", std::move(corners)}};
}

}  // namespace

std::string DetectionsJson(std::span<const ImageDetections> images,
                           std::span<const std::string> names) {
  Json list = Json::array();
  for (const ImageDetections& image : images) {
    Json detections = Json::array();
    for (const Detection& d : image.detections) {
      detections.push_back(ToJson(d, names));
    }
    list.push_back({{"file", image.file},
                    {"width", image.width},
                    {"height", image.height},
                    {"detections", std::move(detections)}});
  }
  const Json document = {{"format", "octet-detections"},
                         {"version", kDetectionsVersion},
                         {"images", std::move(list)}};
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace octet::vision
