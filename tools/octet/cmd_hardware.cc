// octet hardware: what this machine does fast.
#include "base/error.h"
#include "command.h"
#include "half_words.h"
#include "machine.h"

namespace octet::cli {
namespace {

Status Hardware(Console& console) {
  OCTET_ASSIGN(const Machine machine, MeasureMachine());
  nlohmann::json& result = console.result();
  result["cpu"] = machine.cpu;
  result["level"] = Name(machine.level);
  result["threads"] = machine.threads;
  console.Print("{}, {} threads, kernels of level {}", machine.cpu,
                machine.threads, Name(machine.level));
  console.Print("  int8 products   {:8.1f} GOP/s on one core",
                machine.int8_gops);
  if (machine.bf16_gflops > 0) {
    console.Print("  bf16 products   {:8.1f} GFLOP/s", machine.bf16_gflops);
  }
  console.Print("  fp32 products   {:8.1f} GFLOP/s", machine.f32_gflops);
  for (const char* half : {"fp16", "bf16"}) {
    console.Print("  {}", WhatHalvesBuy(half, machine.level));
    result["halves"][half] = WhatHalvesBuy(half, machine.level);
  }
  const double ratio = machine.int8_over_f32();
  result["int8_gops"] = machine.int8_gops;
  result["f32_gflops"] = machine.f32_gflops;
  result["bf16_gflops"] = machine.bf16_gflops;
  result["int8_over_f32"] = ratio;
  console.Verdict(
      fmt::format("int8 is at most {:.1f} times as fast as fp32 here", ratio),
      machine.level >= CpuLevel::kAvxVnni
          ? fmt::format("this CPU has 8-bit dot products ({})",
                        machine.level == CpuLevel::kAvxVnni ? "AVX-VNNI"
                                                            : "AVX512-VNNI")
          : "this CPU has no 8-bit dot product: three instructions for one, "
            "four where large weights meet",
      "octet build MODEL --calib DATA -o model.octet");
  return {};
}

}  // namespace

std::function<Status(Console&)> AddHardware(CLI::App&) {
  return [](Console& console) { return Hardware(console); };
}

}  // namespace octet::cli
