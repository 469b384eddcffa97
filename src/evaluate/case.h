// A case: a model with its data, preprocessing and metric in one JSON file, so
// that a measurement can be repeated from one path.
#ifndef OCTET_EVALUATE_CASE_H_
#define OCTET_EVALUATE_CASE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "evaluate/dataset.h"
#include "octet/status.h"
#include "vision/settings.h"

namespace octet::evaluate {

enum class Task : uint8_t { kClassification, kDetection };

struct Case {
  std::string path;   // of the JSON file
  std::string model;  // path of the ONNX file
  Task task = Task::kClassification;
  std::string metric;  // "top1", "map50_95"
  vision::Settings settings;
  // Outputs before this one are not classes.
  int64_t first_class = 0;
  std::vector<std::string> class_names;
  // Where the pictures and labels of a split lie.
  struct Split {
    std::string name;
    DatasetPaths paths;
  };
  std::vector<Split> splits;
};

// True if the path looks like a case: a file case.json or a folder with one.
bool IsCase(const std::string& path);

// Reads {"task": "classification" | "detection", "model", "preprocess",
// "decode", "data": {split: {"images_dir" or "images_npy", "labels"}},
// "metric": {"name"}}. Paths are relative to the file. Other keys are skipped.
//   path:   the file, or the folder that holds case.json.
//   errors: kBadInput if a key is missing or wrong; kUnsupported for another
//           task.
Result<Case> ReadCase(const std::string& path);
Result<Case> ParseCase(std::string_view text, const std::string& path);

// The data of one split, "eval" or "calib".
//   errors: kUsage if there is no such split, else as OpenDataset.
Result<Dataset> OpenSplit(const Case& the_case, std::string_view split);

}  // namespace octet::evaluate

#endif  // OCTET_EVALUATE_CASE_H_
