// What a report shows that nothing before it had to measure: the model in 16
// bits, accuracy on labelled data, and which values hurt.
#ifndef OCTET_TOOLS_OCTET_REPORT_MEASURES_H_
#define OCTET_TOOLS_OCTET_REPORT_MEASURES_H_

#include <optional>
#include <string>
#include <vector>

#include "accuracy.h"
#include "engine_cost.h"
#include "octet/sensitivity.h"
#include "report/report.h"

namespace octet::cli {

// One engine of the table, to be filled.
struct MeasuredEngine {
  Engine engine;
  report::EngineRow row;
};

report::EngineRow RowOf(const EngineCost& cost, const std::string& precision);

// Writes what answers agree with float into a row.
void AddAgreement(const evaluate::Agreement& agreement, report::EngineRow& row);

struct HalfRequest {
  const SampleSource* samples = nullptr;  // null: answers are not compared
  const Calibration* calibration = nullptr;
  const vision::Settings& settings;
  bool time = true;
};

// The model in the 16-bit precision that suits this machine: bf16 where the
// CPU multiplies it, else fp16, whose range must be known; without calibration
// bf16 too.
//   like:   what its preprocessing and its decoder are recorded in.
//   errors: as BuildEngine and Session::Run.
Result<MeasuredEngine> MeasureHalf(const Model& model, const Engine& f32,
                                   const Engine& like,
                                   const HalfRequest& request,
                                   Console& console);

// Accuracy of each engine on labelled data, written into its row; returns the
// name of the metric.
//   engines: of one model, the built one last.
//   errors: as OpenData and Measure.
Result<std::string> AddAccuracy(const DataArguments& labelled, int threads,
                                std::vector<MeasuredEngine>& engines,
                                Console& console);

// What the values of a plan lose alone, on a few samples; none where nothing is
// stored in int8.
//   errors: as MeasureSensitivity.
Result<std::vector<UnitSensitivity>> RankValues(const Model& model,
                                                const std::string& plan,
                                                const SampleSource& samples,
                                                int threads, Console& console);

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_REPORT_MEASURES_H_
