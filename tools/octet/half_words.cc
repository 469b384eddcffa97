#include "half_words.h"

#include <fmt/core.h>

#include "base/cpu.h"

namespace octet::cli {

std::map<std::string, int64_t> MacsByPrecision(
    std::span<const NodeNote> notes) {
  std::map<std::string, int64_t> macs;
  for (const NodeNote& note : notes) macs[note.precision] += int64_t(note.macs);
  return macs;
}

std::string DescribeMacs(const std::map<std::string, int64_t>& macs) {
  int64_t all = 0;
  for (const auto& [precision, n] : macs) all += n;
  const auto share = [&](const std::string& precision) {
    const auto row = macs.find(precision);
    return row == macs.end() || all == 0
               ? 0
               : 100 * double(row->second) / double(all);
  };
  std::string text;
  for (const char* half : {"fp16", "bf16"}) {
    if (share(half) == 0) continue;
    text += fmt::format(", {:.1f} % in {}", share(half), half);
  }
  return fmt::format("{:.1f} % of multiply-accumulates in int8",
                     share("int8")) +
         text;
}

std::string_view WhatHalvesBuy(std::string_view precision, CpuLevel level) {
  if (precision == "fp16") {
    return "fp16 halves storage and traffic, and is not faster than fp32 in "
           "arithmetic";
  }
  return level >= CpuLevel::kAvx512Bf16
             ? "bf16 halves storage and traffic, and is faster than fp32 in "
               "arithmetic: this CPU multiplies pairs of it (AVX512-BF16)"
             : "bf16 halves storage and traffic, and is not faster than fp32 "
               "in arithmetic: this CPU has no AVX512-BF16";
}

}  // namespace octet::cli
