// TOML and JSON text as one kind of tree, so that a setting is read by the
// same code from either.
#ifndef OCTET_VISION_DOCUMENT_H_
#define OCTET_VISION_DOCUMENT_H_

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "octet/status.h"

namespace octet::vision {

// Configuration files are small; their trees are shallow.
inline constexpr size_t kMaxConfigBytes = size_t{1} << 20;
inline constexpr int kMaxDepth = 16;

// Both: `name` stands in messages; errors: kBadInput with line and column if
// the text is not well formed or nests deeper than kMaxDepth.
// Dates and times of TOML are refused: nothing here takes one.
Result<nlohmann::json> ParseToml(std::string_view text,
                                 const std::string& name);
Result<nlohmann::json> ParseJson(std::string_view text,
                                 const std::string& name);

}  // namespace octet::vision

#endif  // OCTET_VISION_DOCUMENT_H_
