#include "labelled_accuracy.h"

#include <memory>

#include "base/error.h"

namespace octet::cli {

void AddLabelledData(CLI::App& app, const std::string& group,
                     const std::string& what_for, DataArguments& labelled) {
  app.add_option("--eval-data", labelled.data, what_for)->group(group);
  app.add_option("--eval-labels", labelled.labels,
                 "labels, where they are not with the data")
      ->group(group);
  app.add_option("--eval-images", labelled.images,
                 "folder of the pictures of a COCO file")
      ->group(group);
  app.add_option("--eval-split", labelled.split, "of a case: eval or calib")
      ->group(group);
  app.add_option("--eval-metric", labelled.metric,
                 "top1, top5, map50_95, map50")
      ->group(group);
}

Result<AccuracyOf> AccuracyByLabels(const Model& model,
                                    const vision::Settings& settings,
                                    const DataArguments& labelled, int threads,
                                    Console& console) {
  vision::Settings recorded = settings;
  if (!recorded.preprocess.raw) {
    OCTET_RETURN_IF_ERROR(evaluate::BindPreprocess(InputSpecs(model.inputs()),
                                                   &recorded.preprocess));
  }
  OCTET_ASSIGN(LabelledData opened, OpenData(labelled, recorded));
  auto data = std::make_shared<LabelledData>(std::move(opened));
  return AccuracyOf(
      [data, threads, &console](const Engine& engine) -> Result<Accuracy> {
        OCTET_ASSIGN(Session session,
                     Session::Create(engine, {.threads = threads}));
        OCTET_ASSIGN(const Score score,
                     Measure(*data, session, console, "verifying"));
        return Accuracy{.value = score.value, .without = score.without};
      });
}

std::string NameOf(const DataArguments& labelled) {
  return fmt::format("{} of {} {} {}", labelled.metric, labelled.data,
                     labelled.labels, labelled.split);
}

}  // namespace octet::cli
