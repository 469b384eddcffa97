// The timing cache: which tactic was fastest for each kind of step, on which
// machine. A JSON file that several builds, and several machines, write into.
#ifndef OCTET_COMPILE_SEARCH_TIMING_CACHE_H_
#define OCTET_COMPILE_SEARCH_TIMING_CACHE_H_

#include <map>
#include <string>
#include <vector>

#include "octet/status.h"

namespace octet::compile {

// How an int8 convolution is computed (engine::ConvU8T); all 0: the kernel's
// own choice. Never changes the result.
struct Tactic {
  int algorithm = 0;  // kernels::ConvU8Algorithm
  int tile_vectors = 0;
  int tile_block = 0;

  bool operator==(const Tactic&) const = default;
};

class TimingCache {
 public:
  // A file that is not there is an empty cache.
  //   errors: kBadInput if it cannot be read or is no timing cache.
  static Result<TimingCache> Read(const std::string& path);
  // The same cache gives the same bytes.
  Status Write(const std::string& path) const;

  // nullptr: not timed yet.
  const Tactic* Find(const std::string& key) const;
  void Add(const std::string& key, const Tactic& tactic) {
    tactics_[key] = tactic;
  }
  size_t size() const { return tactics_.size(); }

 private:
  std::map<std::string, Tactic> tactics_;
};

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_TIMING_CACHE_H_
