#include "trtexec_options.h"

#include <algorithm>

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
  app.add_flag("--fp16", fp16, "the same as --precision fp16")->group(kGroup);
  app.add_flag("--bf16", bf16, "the same as --precision bf16")->group(kGroup);
  app.add_option("--layerPrecisions", layer_precisions,
                 "NODE:PRECISION,...: the same as --keep NODE=PRECISION ...")
      ->group(kGroup);
}

Status TrtexecArguments::Apply(std::string& precision,
                               std::vector<std::string>& keep) const {
  OCTET_RETURN_IF_ERROR(ApplyPrecision(precision));
  if (layer_precisions.empty()) return {};
  OCTET_ASSIGN(const std::vector<std::string> wishes,
               ParseLayerPrecisions(layer_precisions));
  keep.insert(keep.begin(), wishes.begin(), wishes.end());
  return {};
}

Status TrtexecArguments::ApplyPrecision(std::string& precision) const {
  struct Flag {
    bool given;
    const char* name;
    const char* precision;
  };
  std::string by;
  for (const Flag& flag :
       {Flag{int8, "--int8", "int8"}, Flag{best, "--best", "int8"},
        Flag{fp16, "--fp16", "fp16"}, Flag{bf16, "--bf16", "bf16"}}) {
    if (!flag.given || precision == flag.precision) {
      if (flag.given) by = flag.name;
      continue;
    }
    // int8 is what nobody asked for, unless a flag before this one did.
    if (precision != "int8" || !by.empty()) {
      return Usage(
          "{} and {} contradict each other: one precision is that of all "
          "nodes; give one, and others by --keep 'PATTERN=PRECISION'",
          by.empty() ? "--precision " + precision : by, flag.name);
    }
    precision = flag.precision;
    by = flag.name;
  }
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
    constexpr std::string_view kKnown[] = {"fp32", "bf16", "fp16", "int8"};
    if (std::ranges::count(kKnown, precision) == 0) {
      return Usage(
          "--layerPrecisions '{}': no precision '{}'; use fp32, bf16, fp16 or "
          "int8",
          one, precision);
    }
    const std::string_view node = one.substr(0, colon);
    std::vector<std::string>& to = node == "*" ? defaults : wishes;
    to.push_back(fmt::format("{}={}", node, precision));
  }
  defaults.insert(defaults.end(), wishes.begin(), wishes.end());
  return defaults;
}

}  // namespace octet::cli
