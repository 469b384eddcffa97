// A report as JSON: for other programs, and what the page draws from.
//
//   {"format": "octet report", "version": 1,
//    "verdict": {"level", "answer", "headline", "reasons", "rule"},
//    "model", "engine",
//    "engines": [{"precision", "file_bytes", "memory", "speed", "agreement",
//                 "sqnr_db", "accuracy"}],           float first, built last
//    "agreement": {"answers", "samples", "changes"}, "metric",
//    "nodes": [{"name", "type", "precision", "reason", "shape", "macs",
//               "inputs", "outputs", "kernel", "us", "float_us"}],
//    "values": [{"name", "forms", "seen", ...}],
//    "layers": {"samples", "rows"}, "tried", "sensitivity", "frontier",
//    "suspects", "reproduction"}
//
// A part that was not measured is absent. Shares are 0 to 1; units are in the
// names (bytes, ms, us, db). Fields may be added within a version.
#ifndef OCTET_REPORT_REPORT_JSON_H_
#define OCTET_REPORT_REPORT_JSON_H_

#include <string>

#include "report/report.h"

namespace octet::report {

inline constexpr int kReportVersion = 1;

// The same report gives the same bytes. What is not UTF-8 in names is replaced,
// numbers that JSON has not become null.
std::string ToJson(const Report& report);

}  // namespace octet::report

#endif  // OCTET_REPORT_REPORT_JSON_H_
