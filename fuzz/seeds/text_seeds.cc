// Seeds for the toml, case, check, plan and tensorrt_cache targets.
#include "compile/calibrate/tensorrt_cache.h"
#include "compile/plan/plan.h"
#include "fuzz/seeds/seed_folder.h"
#include "vision/settings.h"

namespace octet::fuzz {
namespace {

constexpr std::string_view kToml = R"(preset = "imagenet"
resize = "letterbox_center"
size = [64, 48]
pad_value = 114
color = "BGR"
mean = [1.5, 2.5, 3.5]
scale = [0.25, 0.25, 0.25]

[detect]
kind = "yolov8"
score = 0.25
iou = 0.5
)";

constexpr std::string_view kCase = R"({
"task": "detection", "model": "m.onnx",
"preprocess": {"resize": "stretch", "size": [32, 32], "color": "RGB",
  "mean": [0, 0, 0], "scale": [1, 1, 1]},
"decode": {"kind": "yolox", "strides": [8, 16, 32], "score": 0.01, "iou": 0.65},
"data": {"calib": {"images": "calib"}, "eval": {"images": "eval",
  "annotations": "eval.json"}}})";

constexpr std::string_view kCheck = R"(model = "m.onnx"
level = 2
[build]
calib = "photos"
method = "percentile:99.9"
keep = ["head.*=fp32"]
[data]
data = "annotations.json"
[timing]
seconds = 0.5
[[gate]]
check = "loads"
[[gate]]
check = "smaller"
bytes = 4194304
[[gate]]
check = "faster"
ms = 12.5
percentile = 90
[[gate]]
check = "accurate"
drop = 0.01
[[gate]]
check = "agrees"
least = 0.98
)";

constexpr std::string_view kCoco = R"({
"images": [{"id": 1, "file_name": "a.jpg", "width": 10, "height": 8}],
"categories": [{"id": 3, "name": "dent"}],
"annotations": [{"id": 7, "image_id": 1, "category_id": 3, "iscrowd": 0,
  "area": 6.0, "bbox": [1, 2, 3, 2]}]})";

compile::Plan SomePlan() {
  compile::Plan plan;
  plan.origin = "mse";
  compile::Form u8 = compile::Form::U8(compile::Granularity::kPerTensor);
  u8.quant.scale = {0.5f};
  u8.quant.zero_point = {3};
  u8.rule = "mse";
  plan.values["x"].forms = {compile::Form::F32(), u8};
  plan.values["y"].forms = {u8};
  compile::NodePlan& node = plan.nodes["conv"];
  node.precision = compile::Precision::kInt8;
  node.input_forms = {1, -1};
  node.weight_scale = {0.25f, 0.5f};
  plan.nodes["softmax"].reason = {compile::ReasonKind::kStructure, "softmax"};
  plan.output_forms = {0};
  return plan;
}

}  // namespace

void AddTextSeeds(const SeedFolder& folder) {
  folder.Add("toml", "settings", kToml);
  for (const char* preset : {"imagenet", "yolox", "yolov8"}) {
    const auto settings = vision::LoadSettings(preset);
    if (settings.ok()) folder.Add("toml", preset, vision::ToText(*settings));
  }
  folder.Add("case", "case", kCase);
  folder.Add("case", "coco", kCoco);
  folder.Add("check", "check", kCheck);
  folder.Add("plan", "plan", compile::ToJson(SomePlan()));
  compile::TensorRtCache cache;
  cache.header = "TRT-8601-EntropyCalibration2";
  cache.scale = {{"x", 0.5f}, {"conv_1", 0.0078125f}};
  folder.Add("tensorrt_cache", "cache", compile::WriteTensorRtCache(cache));
}

}  // namespace octet::fuzz
