#include "doctor/finding.h"

#include <fmt/core.h>

#include <algorithm>

namespace octet::doctor {

std::string FirstNames(const std::vector<std::string>& names) {
  constexpr size_t kShown = 3;
  std::string text;
  for (size_t i = 0; i < std::min(names.size(), kShown); ++i) {
    text += (i > 0 ? ", " : "") + names[i];
  }
  if (names.size() > kShown) {
    text += fmt::format(" and {} more", names.size() - kShown);
  }
  return text;
}

}  // namespace octet::doctor
