#include "compile/ir/unique_names.h"

namespace octet::compile {

std::string UniqueNames::Take(std::string_view base) {
  std::string name(base.empty() ? "unnamed" : base);
  if (taken_.insert(name).second) return name;
  int& next = next_[name];
  const size_t stem = name.size();
  do {
    name.resize(stem);
    name += '_';
    name += std::to_string(++next);
  } while (!taken_.insert(name).second);
  return name;
}

}  // namespace octet::compile
