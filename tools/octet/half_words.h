// What build, inspect and hardware say about 16-bit floats.
#ifndef OCTET_TOOLS_OCTET_HALF_WORDS_H_
#define OCTET_TOOLS_OCTET_HALF_WORDS_H_

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "octet/runtime.h"

namespace octet {
enum class CpuLevel : uint8_t;
}  // namespace octet

namespace octet::cli {

// Multiply-accumulates by precision.
std::map<std::string, int64_t> MacsByPrecision(std::span<const NodeNote> notes);

// "93.1 % of multiply-accumulates in int8, 4.0 % in fp16": int8 always, 16-bit
// precisions where there are any.
std::string DescribeMacs(const std::map<std::string, int64_t>& macs);

// What a 16-bit precision ("fp16" or "bf16") buys at a CPU level.
std::string_view WhatHalvesBuy(std::string_view precision, CpuLevel level);

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_HALF_WORDS_H_
