#include "runtime/quant_table.h"

#include <cstring>

#include "kernels/work.h"

namespace octet::runtime {
namespace {

// Bytes that n entries of 4 bytes take, with what may be read behind them.
int64_t Room(size_t n) {
  return kernels::RoundUp(int64_t(n) * 4 + kBufferSlack, kBufferAlignment);
}

}  // namespace

QuantTable::QuantTable(const engine::ProfileT& profile) {
  int64_t bytes = 0;
  for (const auto& value : profile.values) {
    if (value->quant != nullptr) bytes += 2 * Room(value->quant->scale.size());
  }
  bytes_.resize(size_t(bytes));
  std::byte* at = bytes_.data();
  const auto copy = [&at](const auto& entries) {
    std::byte* const begin = at;
    std::memcpy(begin, entries.data(), entries.size() * 4);
    at += Room(entries.size());
    return begin;
  };
  for (const auto& value : profile.values) {
    kernels::ChannelQuant& row = rows_.emplace_back();
    if (value->quant == nullptr) continue;
    const auto& quant = *value->quant;
    row.scale = reinterpret_cast<const float*>(copy(quant.scale));
    row.zero_point = reinterpret_cast<const int32_t*>(copy(quant.zero_point));
    row.per_channel = quant.scale.size() > 1;
  }
}

}  // namespace octet::runtime
