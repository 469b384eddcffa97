// Makes the Status of a failure from a format string, one function per code.
//
//   return BadInput("{}: value '{}' has rank {}, at most {}; reshape it "
//                   "before export", file, name, rank, kMaxRank);
#ifndef OCTET_BASE_ERROR_H_
#define OCTET_BASE_ERROR_H_

#include <fmt/core.h>

#include "octet/status.h"

namespace octet {

template <typename... Args>
Status Failed(fmt::format_string<Args...> text, Args&&... args) {
  return {Code::kFailed, fmt::format(text, std::forward<Args>(args)...)};
}
template <typename... Args>
Status Usage(fmt::format_string<Args...> text, Args&&... args) {
  return {Code::kUsage, fmt::format(text, std::forward<Args>(args)...)};
}
template <typename... Args>
Status BadInput(fmt::format_string<Args...> text, Args&&... args) {
  return {Code::kBadInput, fmt::format(text, std::forward<Args>(args)...)};
}
template <typename... Args>
Status Unsupported(fmt::format_string<Args...> text, Args&&... args) {
  return {Code::kUnsupported, fmt::format(text, std::forward<Args>(args)...)};
}
template <typename... Args>
Status Damaged(fmt::format_string<Args...> text, Args&&... args) {
  return {Code::kDamaged, fmt::format(text, std::forward<Args>(args)...)};
}

}  // namespace octet

#endif  // OCTET_BASE_ERROR_H_
