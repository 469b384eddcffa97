// "Did you mean": the known name that a mistyped one resembles.
#ifndef OCTET_BASE_NEAREST_H_
#define OCTET_BASE_NEAREST_H_

#include <span>
#include <string>
#include <string_view>

namespace octet {

// The candidate that needs the fewest insertions, deletions and substitutions,
// the first of equals; empty if none is near (more than a third of the letters
// wrong, at least 2) or `name` is longer than any name that people type. The
// time is bounded by the number of candidates, however long they are.
std::string_view Nearest(std::string_view name,
                         std::span<const std::string_view> candidates);

// "; did you mean 'mean'?", or "; known: a, b, c" if nothing is near.
std::string Suggestion(std::string_view name,
                       std::span<const std::string_view> candidates);

}  // namespace octet

#endif  // OCTET_BASE_NEAREST_H_
