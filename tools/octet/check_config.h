// What `octet check` checks: a TOML file.
//
//   model = "net.onnx"            # paths are relative to the file's folder
//   level = 2                     # 1 dynamic, 2 static, 3 tuned
//   shapes = ["N=8"]              # of open dimensions, as --shapes
//   engine = "net.octet"          # checked as it is; without it one is built
//
//   [build]
//   calib = "photos"              # or: ranges = "net.calib"
//   preprocess = "imagenet"       # preset or file; raw without
//   limit = 100                   # samples
//   method = "auto"               # as --method of build; like ranges and keep
//   keep = ["head.*=fp32"]        # not beside an engine, which they would not
//                                 # change
//
//   [data]                        # labelled, as eval takes it
//   data = "annotations.json"
//   images = "test/images"        # labels, metric, split
//
//   [timing]
//   threads = 1
//   seconds = 1.0
//
//   [[gate]]
//   check = "loads"
//   [[gate]]
//   check = "smaller"             # bytes = N, or ratio of the fp32 engine
//   ratio = 0.5
//   [[gate]]
//   check = "faster"              # ratio to fp32, or ms at a percentile
//   ratio = 1.5
//   [[gate]]
//   check = "accurate"            # least = 0.9, or drop = 0.01 from fp32
//   drop = 0.01
//   [[gate]]
//   check = "agrees"              # share of answers as fp32 gives them
//   least = 0.98
#ifndef OCTET_TOOLS_OCTET_CHECK_CONFIG_H_
#define OCTET_TOOLS_OCTET_CHECK_CONFIG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "octet/status.h"

namespace octet::cli {

enum class GateKind : uint8_t { kLoads, kSmaller, kFaster, kAccurate, kAgrees };
std::string_view Name(GateKind kind);  // "loads", ...

// One thing that must hold.
struct Gate {
  GateKind kind = GateKind::kLoads;
  std::optional<int64_t> bytes;  // kSmaller: at most
  // kSmaller: at most so much of the fp32 engine; kFaster: at least so many
  // times as fast as it.
  std::optional<double> ratio;
  std::optional<double> ms;  // kFaster: at most, at `percentile`
  int64_t percentile = 50;   // 50, 90 or 99
  // kAccurate: of the metric; kAgrees: share of answers.
  std::optional<double> least;
  std::optional<double> drop;  // kAccurate: from fp32, at most
  std::string metric;          // kAccurate; empty: that of the data
};

struct CheckConfig {
  std::string model, engine;
  std::vector<std::string> shapes;
  std::string calib, ranges, preprocess;
  std::string method = "mse";
  std::vector<std::string> keep;
  int64_t limit = 0;  // 0 = all
  std::string data, labels, images, split = "eval";
  int64_t threads = 1;
  double seconds = 1;
  std::vector<Gate> gates;  // in order, at least one
};

//   name:   of the file, for messages.
//   folder: that relative paths start from; empty: they stay.
//   errors: kBadInput listing every fault, each with what was found and
//           expected and "did you mean"; kUnsupported for a level that does not
//           exist yet.
Result<CheckConfig> ParseCheckConfig(std::string_view text,
                                     const std::string& name,
                                     const std::string& folder);

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_CHECK_CONFIG_H_
