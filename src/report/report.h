// What a build is worth, as plain values: everything that the report shows.
//
// Filled by who measured (tools/octet), judged by judge.h, written as JSON by
// report_json.h and as a page by report_html.h. A part that was not measured is
// empty, and its section is left out.
#ifndef OCTET_REPORT_REPORT_H_
#define OCTET_REPORT_REPORT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "evaluate/agreement.h"
#include "octet/compiler.h"

namespace octet::report {

// A share or a score with its 95 % interval.
struct Score {
  double value = 0;
  double low = 0, high = 0;
  int64_t count = 0;  // of samples or answers behind it
};

struct Speed {
  double min_ms = 0, p50_ms = 0, p99_ms = 0;
  double per_second = 0;
  int64_t runs = 0;
  int threads = 1;
};

// One engine of the model: a row of the table.
struct EngineRow {
  std::string precision;  // "fp32", "int8", ...
  int64_t file_bytes = 0;
  std::optional<MemoryUse> memory;
  std::optional<Speed> speed;
  // Share of its answers that are the float engine's; that one has none.
  std::optional<Score> agreement;
  std::optional<double> sqnr_db;  // of all outputs together, against float
  std::optional<Score> accuracy;  // Report::metric, on labelled data
};

// One node of the network and what became of it.
struct NodeRow {
  ModelNode node;
  std::string precision, reason;
  std::string kernel;   // of its longest step; empty: not timed
  double us = 0;        // in the built engine, at its fastest; 0: not timed
  double float_us = 0;  // the same in the float engine
};

// How much the outputs lose when a value alone is stored in 8 bits.
struct SensitivityRow {
  std::string value;
  std::vector<std::string> readers;
  double loss = 0, error = 0;  // mean over samples, its standard error
  double gain_db = 0;          // from keeping it out of int8; 0: not measured
};

// A plan that the search looked at.
struct FrontierPoint {
  std::string plan;  // in words: "all int8", "3 nodes kept"
  double latency_ms = 0;
  double drop = 0;  // against float, in points of what was measured
  bool is_chosen = false;
};

// How to make the same engine again.
struct Reproduction {
  std::string command;
  std::string octet_version;
  std::string model_sha256, engine_sha256;
  std::string calibration;  // samples, fingerprint, rule
  std::string preprocess;   // canonical text; empty: raw tensors
  std::string cpu, cpu_level;
};

struct Report {
  std::string model;   // file name
  std::string engine;  // path
  // Float first, the built engine last.
  std::vector<EngineRow> engines;

  evaluate::AnswerKind answers = evaluate::AnswerKind::kTensors;
  int64_t compared_samples = 0;
  std::vector<evaluate::Agreement::Change> changes;  // worst first
  std::string metric;                                // of EngineRow::accuracy

  std::vector<NodeRow> nodes;       // in the order of the model
  std::vector<StoredValue> values;  // the same
  // Names of the samples that gave a value its extremes, by index.
  std::vector<std::pair<int64_t, std::string>> sample_names;
  Comparison layers;                        // against float, layer by layer
  std::vector<RangeTrial> tried;            // best first
  std::vector<SensitivityRow> sensitivity;  // worst first
  std::string search;  // what a search came to, in words; empty: there was none
  std::vector<FrontierPoint> frontier;
  std::vector<Suspect> suspects;  // worst first
  Reproduction reproduction;
};

}  // namespace octet::report

#endif  // OCTET_REPORT_REPORT_H_
