// Boxes in the text form that YOLO trainers use.
#ifndef OCTET_EVALUATE_YOLO_LABELS_H_
#define OCTET_EVALUATE_YOLO_LABELS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "evaluate/coco_truth.h"
#include "octet/status.h"

namespace octet::evaluate {

struct YoloSet {
  CocoTruth truth;                 // image ids are 1, 2, .. in sorted order
  std::vector<std::string> paths;  // of the pictures, in the same order
};

// One text file of a picture: a line "class cx cy w h", all but the class as a
// share of the picture's side. Further numbers of a line (polygons) are
// refused.
//   width, height: of the picture.
//   result: boxes with category_id = class, image_id and id left at 0.
Result<std::vector<TruthBox>> ParseYoloLabels(std::string_view text,
                                              const std::string& name,
                                              int64_t width, int64_t height);

// A folder with `images` and `labels` in it (or the two given apart), the
// label file of images/a/b.jpg being labels/a/b.txt; without one the picture
// shows nothing. Reads every picture once for its size.
//   class_names: of the classes in order; empty: numbers up to the largest
//                used.
Result<YoloSet> ReadYoloFolder(const std::string& images,
                               const std::string& labels,
                               const std::vector<std::string>& class_names);

}  // namespace octet::evaluate

#endif  // OCTET_EVALUATE_YOLO_LABELS_H_
