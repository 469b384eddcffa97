// Pictures with the boxes that a perfect detector would find in them.
#ifndef OCTET_EVALUATE_COCO_TRUTH_H_
#define OCTET_EVALUATE_COCO_TRUTH_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "octet/status.h"

namespace octet::evaluate {

struct TruthImage {
  int64_t id = 0;
  std::string file_name;
  int64_t width = 0;  // 0 if the file does not say
  int64_t height = 0;
};

struct TruthCategory {
  int64_t id = 0;
  std::string name;
};

// A box in pixels: left, top, width, height.
struct TruthBox {
  int64_t id = 0;
  int64_t image_id = 0;
  int64_t category_id = 0;
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
  // Of the object, which fills only part of its box.
  double area = 0;
  // A crowd: detections inside are neither right nor wrong.
  bool crowd = false;
};

struct CocoTruth {
  std::vector<TruthImage> images;         // in the file's order
  std::vector<TruthCategory> categories;  // by ascending id
  std::vector<TruthBox> boxes;
};

// Reads COCO's annotation format: {"images", "annotations", "categories"}.
// Polygons and everything else not named above are skipped.
//   errors: kBadInput if the JSON is malformed, a field is missing or of
//           another type, an id is used twice, or a box names an unknown image.
Result<CocoTruth> ParseCocoTruth(std::span<const std::byte> bytes,
                                 const std::string& name);
Result<CocoTruth> ReadCocoTruth(const std::string& path);

}  // namespace octet::evaluate

#endif  // OCTET_EVALUATE_COCO_TRUTH_H_
