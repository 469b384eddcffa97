// octet hardware: what this machine does fast.
#include <fstream>
#include <thread>

#include "base/cpu.h"
#include "base/error.h"
#include "command.h"
#include "half_words.h"
#include "kernels/peak/peak.h"

namespace octet::cli {
namespace {

std::string CpuName() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) {
      return line.substr(line.find(':') + 2);
    }
  }
  return "unknown CPU";
}

Status Hardware(Console& console) {
  OCTET_ASSIGN(const CpuLevel level, ChooseCpuLevel());
  nlohmann::json& result = console.result();
  result["cpu"] = CpuName();
  result["level"] = Name(level);
  result["threads"] = std::thread::hardware_concurrency();
  console.Print("{}, {} threads, kernels of level {}", CpuName(),
                std::thread::hardware_concurrency(), Name(level));
  const double int8 = 2 * kernels::PeakMacsU8(level) / 1e9;
  const double f32 = 2 * kernels::PeakMacsF32(level) / 1e9;
  const double bf16 = 2 * kernels::PeakMacsBf16(level) / 1e9;
  console.Print("  int8 products   {:8.1f} GOP/s on one core", int8);
  if (bf16 > 0) console.Print("  bf16 products   {:8.1f} GFLOP/s", bf16);
  console.Print("  fp32 products   {:8.1f} GFLOP/s", f32);
  for (const char* half : {"fp16", "bf16"}) {
    console.Print("  {}", WhatHalvesBuy(half, level));
    result["halves"][half] = WhatHalvesBuy(half, level);
  }
  const double ratio = f32 > 0 ? int8 / f32 : 0;
  result["int8_gops"] = int8;
  result["f32_gflops"] = f32;
  result["bf16_gflops"] = bf16;
  result["int8_over_f32"] = ratio;
  console.Verdict(
      fmt::format("int8 is at most {:.1f} times as fast as fp32 here", ratio),
      level >= CpuLevel::kAvx512Vnni
          ? "this CPU has 8-bit dot products (AVX512-VNNI)"
          : "this CPU has no 8-bit dot product: int8 products are made of "
            "16-bit ones",
      "octet build MODEL --calib DATA -o model.octet");
  return {};
}

}  // namespace

std::function<Status(Console&)> AddHardware(CLI::App&) {
  return [](Console& console) { return Hardware(console); };
}

}  // namespace octet::cli
