// Which class each sample shows, in the usual written forms.
#ifndef OCTET_EVALUATE_LABELS_H_
#define OCTET_EVALUATE_LABELS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "octet/status.h"

namespace octet::evaluate {

// Files and their classes, in one order.
struct LabelledFiles {
  std::vector<std::string> paths;
  std::vector<int64_t> labels;
  std::vector<std::string> class_names;  // empty if the labels are numbers
};

// A folder with one folder a class; classes are numbered by name.
//   errors: kBadInput if a class folder holds no picture or there is none.
Result<LabelledFiles> ReadClassFolders(const std::string& folder);

// Text with a file and its class a line, apart by a tab or spaces; the class
// is the last word (after a tab: the rest of the line). All classes are whole
// numbers, or all are names, which are then numbered in sorted order.
//   folder: where the files lie.
//   errors: kBadInput for a line without a class, with its number.
Result<LabelledFiles> ParseLabelList(std::string_view text,
                                     const std::string& name,
                                     const std::string& folder);

// The labels of a one-dimensional .npy array of whole numbers.
Result<std::vector<int64_t>> ReadLabelArray(const std::string& path);

}  // namespace octet::evaluate

#endif  // OCTET_EVALUATE_LABELS_H_
