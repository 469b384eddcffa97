// Names that nothing else has, found without looking at everything each time.
#ifndef OCTET_COMPILE_IR_UNIQUE_NAMES_H_
#define OCTET_COMPILE_IR_UNIQUE_NAMES_H_

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace octet::compile {

// For code that makes many names; Graph::UniqueValueName is for a few.
class UniqueNames {
 public:
  // Keeps a name from being given out.
  void Reserve(std::string_view name) { taken_.emplace(name); }

  // `base`, or base_1, base_2, ...: the first that is free; it is taken then.
  // Asking again for the same base does not start over.
  std::string Take(std::string_view base);

 private:
  std::unordered_set<std::string> taken_;
  std::unordered_map<std::string, int> next_;  // number to try, by base
};

}  // namespace octet::compile

#endif  // OCTET_COMPILE_IR_UNIQUE_NAMES_H_
