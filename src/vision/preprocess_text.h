// Preprocessing as text: read from TOML or from the "preprocess" table of a
// case.json, written in one canonical form, compared in words.
#ifndef OCTET_VISION_PREPROCESS_TEXT_H_
#define OCTET_VISION_PREPROCESS_TEXT_H_

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "octet/status.h"
#include "vision/preprocess.h"

namespace octet::vision {

// The keys of a preprocessing table:
//   preset        start from a preset; the other keys change it
//   resize        none, stretch, letterbox_topleft, letterbox_center,
//                 center_crop, resize_short_center_crop
//   size          [height, width]; without it the model's
//   resize_short  only for resize_short_center_crop
//   pad_value     0..255
//   color         RGB, BGR, GRAY
//   channels      of the tensor, for GRAY copied into several
//   mean, scale   one number for each channel of the colour order
//   text          a remark, not read
std::vector<std::string_view> PreprocessKeys();

// From such a table. `where` stands in messages. Other keys are the caller's
// to check.
//   errors: kBadInput for a wrong type or value, kUsage as Validate.
Result<Preprocess> PreprocessFromTable(const nlohmann::json& table,
                                       const std::string& where);

// The canonical form: TOML, one line a key in fixed order. Equal values give
// equal text, and reading it gives the value again.
std::string ToText(const Preprocess& preprocess);

// Reads the canonical form, and any TOML with these keys.
Result<Preprocess> PreprocessFromText(std::string_view text,
                                      const std::string& name);

// Empty if both give the same tensors; else the first field that differs, e.g.
// "color is RGB in the first and BGR in the second", with the given words for
// the two.
std::string DescribeDifference(const Preprocess& a, std::string_view in_a,
                               const Preprocess& b, std::string_view in_b);

}  // namespace octet::vision

#endif  // OCTET_VISION_PREPROCESS_TEXT_H_
