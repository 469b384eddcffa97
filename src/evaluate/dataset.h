// A data set to measure accuracy on: samples and what is true of them.
#ifndef OCTET_EVALUATE_DATASET_H_
#define OCTET_EVALUATE_DATASET_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "evaluate/coco_truth.h"
#include "evaluate/images.h"
#include "evaluate/samples.h"
#include "octet/status.h"

namespace octet::evaluate {

struct Dataset {
  // Pictures; or, for 'raw', the path of ready tensors and no pictures.
  std::shared_ptr<const ImageSource> images;
  std::string tensors;
  // Classification: one a sample.
  std::vector<int64_t> labels;
  std::vector<std::string> class_names;
  // Detection: truth->images in the order of `images`.
  std::optional<CocoTruth> truth;
};

// Where the parts of a data set lie. `data` alone is often enough.
struct DatasetPaths {
  std::string data;
  std::string labels;  // empty: with the data
  std::string images;  // folder of the pictures; empty: beside the labels
};

// Opens a data set by the form of its paths:
//   data a folder of folders            one a class
//   data a folder of images/, labels/   YOLO text (labels may also be given)
//   data FILE.json                      COCO annotations; pictures in `images`,
//                                       or beside the file
//   data FILE.npy, labels FILE.npy      u8 pictures or ready tensors
//   data FILE.txt or .tsv               "file class" a line; files in `images`
//                                       or relative to the list
//   data a folder, labels FILE.txt      the same, files in the folder
//   data a folder, labels FILE.json     COCO annotations, pictures in the
//   folder errors: kBadInput if something is missing, empty or does not fit
//   together.
Result<Dataset> OpenDataset(const DatasetPaths& paths,
                            const std::vector<std::string>& class_names = {});

// The samples of a data set for a model.
//   errors: as SamplesFromImages and OpenSamples.
Result<std::unique_ptr<SampleSource>> SamplesOf(
    const Dataset& dataset, std::span<const InputSpec> inputs,
    const vision::Preprocess& preprocess);

}  // namespace octet::evaluate

#endif  // OCTET_EVALUATE_DATASET_H_
