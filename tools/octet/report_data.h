// Gathers what `build --report` shows.
#ifndef OCTET_TOOLS_OCTET_REPORT_DATA_H_
#define OCTET_TOOLS_OCTET_REPORT_DATA_H_

#include <string>

#include "accuracy.h"
#include "octet/search.h"
#include "report/report.h"
#include "verdict.h"

namespace octet::cli {

struct ReportRequest {
  // What layers are compared on, and values ranked; null: they are not.
  const SampleSource* samples = nullptr;
  // These are the samples that were calibrated with, in that order.
  bool are_calibrated = false;
  const vision::Settings& settings;      // of the model
  bool time = true;                      // what the verdict has not timed
  int threads = 0;                       // of what is not timed
  const SearchResult* search = nullptr;  // null: nothing was searched
  std::string search_words = {};         // that in one sentence
  DataArguments labelled = {};           // without data: not measured
};

// Asked before the work that fills it.
//   errors: kUsage unless the path is empty or ends in .html or .json.
Status CheckReportPath(const std::string& path);

// Where the engine was compared with float, measures what is still missing:
// accuracy on labelled data and, of an int8 engine, the model in 16 bits and
// what values lose alone.
//   calibration: may be null.
//   errors: kBadInput if a sample does not fit the model; those of OpenData.
Result<report::Report> GatherReport(const Model& model, const Build& build,
                                    const Calibration* calibration,
                                    const VerdictFacts& facts,
                                    const ReportRequest& request,
                                    Console& console);

// As a page or as JSON, by the end of the path.
Status WriteReport(const report::Report& report, const std::string& path);

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_REPORT_DATA_H_
