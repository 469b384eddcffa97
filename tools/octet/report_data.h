// Gathers what `build --report` shows.
#ifndef OCTET_TOOLS_OCTET_REPORT_DATA_H_
#define OCTET_TOOLS_OCTET_REPORT_DATA_H_

#include <string>

#include "report/report.h"
#include "verdict.h"

namespace octet::cli {

struct ReportRequest {
  // What layers are compared on; null: they are not.
  const SampleSource* samples = nullptr;
  // These are the samples that were calibrated with, in that order.
  bool are_calibrated = false;
};

// Asked before the work that fills it.
//   errors: kUsage unless the path is empty or ends in .html or .json.
Status CheckReportPath(const std::string& path);

// calibration: may be null.
//   errors: kBadInput if a sample does not fit the model.
Result<report::Report> GatherReport(const Model& model, const Build& build,
                                    const Calibration* calibration,
                                    const VerdictFacts& facts,
                                    const ReportRequest& request,
                                    Console& console);

// As a page or as JSON, by the end of the path.
Status WriteReport(const report::Report& report, const std::string& path);

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_REPORT_DATA_H_
