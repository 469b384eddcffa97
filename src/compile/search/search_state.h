// What a search has measured so far, as a file: so that it can be stopped and
// go on to the same plan.
#ifndef OCTET_COMPILE_SEARCH_SEARCH_STATE_H_
#define OCTET_COMPILE_SEARCH_SEARCH_STATE_H_

#include <map>
#include <optional>
#include <string>

#include "octet/search.h"

namespace octet::compile {

struct SearchState {
  std::string key;  // of what it is a search
  double seconds = 0;
  double first_plan_seconds = 0;
  struct Trial {
    std::optional<double> latency_ms;
    std::optional<Accuracy> accuracy;
    bool is_impossible = false;  // it cannot be lowered
  };
  std::map<std::string, Trial> trials;  // by the plan's signature
};

// Writes it atomically.
Status Save(const SearchState& state, const std::string& path);
// errors: kBadInput if it is no such file, or its key is another.
Status Load(const std::string& path, SearchState& state);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_SEARCH_STATE_H_
