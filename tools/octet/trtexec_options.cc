#include "trtexec_options.h"

#include "base/error.h"

namespace octet::cli {
namespace {

constexpr const char* kGroup = "Names of trtexec";

}  // namespace

void TrtexecArguments::Add(CLI::App& app) {
  app.add_flag("--int8", int8, "the same as --precision int8")->group(kGroup);
  app.add_flag("--best", best,
               "the same as --precision int8: int8 where the rules allow it, "
               "fp32 elsewhere")
      ->group(kGroup);
  app.add_flag("--fp16", fp16, "refused: there are no 16-bit kernels")
      ->group(kGroup);
  app.add_option("--layerPrecisions", layer_precisions,
                 "NODE:PRECISION,...: the same as --keep NODE=PRECISION ...")
      ->group(kGroup);
  app.add_option("--timingCacheFile", timing_cache,
                 "refused: kernels are chosen without timing")
      ->group(kGroup);
}

Status TrtexecArguments::Apply(std::string& precision,
                               std::vector<std::string>& keep) const {
  if (fp16) {
    return Unsupported(
        "--fp16: octet has no 16-bit kernels; use --precision int8, where "
        "what does not become int8 stays fp32, or --precision fp32");
  }
  if (!timing_cache.empty()) {
    return Unsupported(
        "--timingCacheFile: octet chooses kernels without timing, so that two "
        "builds are equal; leave it out");
  }
  if ((int8 || best) && precision == "fp32") {
    return Usage("--precision fp32 and {} contradict each other; give one",
                 int8 ? "--int8" : "--best");
  }
  if (layer_precisions.empty()) return {};
  OCTET_ASSIGN(const std::vector<std::string> wishes,
               ParseLayerPrecisions(layer_precisions));
  // Of two that match a node the later counts: --keep, octet's own name.
  keep.insert(keep.begin(), wishes.begin(), wishes.end());
  return {};
}

Result<std::vector<std::string>> ParseLayerPrecisions(std::string_view text) {
  std::vector<std::string> defaults, wishes;
  while (!text.empty()) {
    const size_t comma = text.find(',');
    const std::string_view one = text.substr(0, comma);
    text = comma == std::string_view::npos ? "" : text.substr(comma + 1);
    // Names may have colons, precisions do not.
    const size_t colon = one.rfind(':');
    if (colon == std::string_view::npos || colon == 0) {
      return Usage(
          "--layerPrecisions '{}': expected NODE:PRECISION, e.g. conv1:fp32",
          one);
    }
    const std::string_view precision = one.substr(colon + 1);
    if (precision == "fp16" || precision == "bf16") {
      return Unsupported(
          "--layerPrecisions '{}': octet has no 16-bit kernels; use fp32", one);
    }
    if (precision != "fp32" && precision != "int8") {
      return Usage(
          "--layerPrecisions '{}': no precision '{}'; use fp32 or int8", one,
          precision);
    }
    const std::string_view node = one.substr(0, colon);
    std::vector<std::string>& to = node == "*" ? defaults : wishes;
    to.push_back(fmt::format("{}={}", node, precision));
  }
  defaults.insert(defaults.end(), wishes.begin(), wishes.end());
  return defaults;
}

}  // namespace octet::cli
