// The scales and zero points of a profile's values, copied so that kernels may
// read beyond their ends.
#ifndef OCTET_RUNTIME_QUANT_TABLE_H_
#define OCTET_RUNTIME_QUANT_TABLE_H_

#include <vector>

#include "engine/constants.h"
#include "engine/program.h"
#include "kernels/channel_quant.h"

namespace octet::runtime {

class QuantTable {
 public:
  QuantTable() = default;
  explicit QuantTable(const engine::ProfileT& profile);

  // Null pointers for a value that has none.
  kernels::ChannelQuant Of(size_t value) const { return rows_[value]; }

 private:
  engine::AlignedBytes bytes_;
  std::vector<kernels::ChannelQuant> rows_;  // one a value
};

}  // namespace octet::runtime

#endif  // OCTET_RUNTIME_QUANT_TABLE_H_
