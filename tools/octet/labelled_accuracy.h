// Accuracy of engines on labelled data other than the samples of calibration:
// --eval-data, and what goes with it.
#ifndef OCTET_TOOLS_OCTET_LABELLED_ACCURACY_H_
#define OCTET_TOOLS_OCTET_LABELLED_ACCURACY_H_

#include <functional>
#include <string>

#include "accuracy.h"
#include "model_options.h"
#include "octet/accuracy.h"

namespace octet::cli {

using AccuracyOf = std::function<Result<Accuracy>(const Engine&)>;

// The flags, all starting with --eval-.
//   what_for: of --eval-data: "labelled data to verify on".
void AddLabelledData(CLI::App& app, const std::string& group,
                     const std::string& what_for, DataArguments& labelled);

// Opens the data; asks nothing of any engine yet.
//   settings: of the model; another preprocessing of the data is refused.
//   console:  outlives what is returned.
Result<AccuracyOf> AccuracyByLabels(const Model& model,
                                    const vision::Settings& settings,
                                    const DataArguments& labelled, int threads,
                                    Console& console);

// What that is, for a state that is to be gone on from.
std::string NameOf(const DataArguments& labelled);

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_LABELLED_ACCURACY_H_
