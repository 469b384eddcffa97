// A small report with every part, for tests.
#ifndef OCTET_REPORT_TESTING_EXAMPLE_H_
#define OCTET_REPORT_TESTING_EXAMPLE_H_

#include "report/report.h"

namespace octet::report {

inline EngineRow ExampleEngine(const char* precision, int64_t bytes,
                               double ms) {
  EngineRow row;
  row.precision = precision;
  row.file_bytes = bytes;
  row.memory = MemoryUse{bytes - 10, 300, 20};
  row.speed = Speed{0.9 * ms, ms, 1.5 * ms, 1000 / ms, 50, 1};
  return row;
}

inline NodeRow ExampleNode(const char* name, const char* precision) {
  NodeRow row;
  row.node.name = name;
  row.node.type = "Conv";
  row.node.output_shape = "[1, 2, 2, 3]";
  row.node.origins = {name};
  row.node.inputs = {"x"};
  row.node.outputs = {std::string(name) + ".y"};
  row.node.macs = 36;
  row.precision = precision;
  row.reason = "int8";
  row.kernel = "conv_u8_avx2";
  row.us = 12.5;
  row.float_us = 30;
  return row;
}

inline StoredValue ExampleValue(const char* name) {
  StoredValue value;
  value.name = name;
  value.forms = {{"mse", false, -1, 3, 4 / 255., 0.01, 200}};
  value.seen_low = -1;
  value.seen_high = 4;
  value.count = 100;
  value.zeros = 5;
  value.high_sample = 2;
  value.bins = {10, 50, 30, 4, 1};
  value.bin_low = -1;
  value.bin_width = 1;
  value.channel_ratio = 3;
  return value;
}

// 99 of 100 detections agree; twice as fast, four times smaller.
inline Report Example() {
  Report report;
  report.model = "net.onnx";
  report.engine = "net.octet";
  report.engines = {ExampleEngine("fp32", 4000, 8),
                    ExampleEngine("int8", 1000, 4)};
  report.answers = evaluate::AnswerKind::kDetections;
  report.compared_samples = 32;
  report.engines[1].agreement = Score{0.99, 0.975, 0.997, 400};
  report.engines[1].sqnr_db = 31;
  report.changes = {{"a.png", "class 3 0.70 -> 0.31", 0.39}};
  report.nodes = {ExampleNode("conv1", "int8"), ExampleNode("conv2", "fp32")};
  report.values = {ExampleValue("conv1.y")};
  report.sample_names = {{2, "b.png"}};
  LayerError layer;
  layer.value = "conv1.y";
  layer.node = "conv1";
  layer.precision = "int8";
  layer.sqnr_db = 35;
  layer.own_sqnr_db = 36;
  report.layers.layers = {layer};
  report.layers.samples = 8;
  report.layers.first_jump = "conv1.y";
  report.tried = {{"mse", 33.5, {{"act", "percentile:99.99", 4.5}}},
                  {"minmax", 30, {}}};
  report.sensitivity = {{"conv1.y", {"conv2"}, 0.02, 0.004, 1.5}};
  report.frontier = {{"all int8", 4, 0.8, false}, {"1 kept", 5, 0.1, true}};
  report.suspects = {{"conv1.y",
                      "conv1",
                      /*sqnr_db=*/21,
                      /*share=*/0.4,
                      "outlier sample",
                      "b.png reaches 4, the others 2",
                      "leave b.png out",
                      {"conv2"}}};
  report.reproduction = {"octet build net.onnx", "0.1.0", "aa",    "bb",
                         "32 samples",           "",      "A CPU", "avx2"};
  return report;
}

}  // namespace octet::report

#endif  // OCTET_REPORT_TESTING_EXAMPLE_H_
