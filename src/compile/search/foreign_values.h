// Tensors that another runtime computed, as values of a graph.
#ifndef OCTET_COMPILE_SEARCH_FOREIGN_VALUES_H_
#define OCTET_COMPILE_SEARCH_FOREIGN_VALUES_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "octet/compiler.h"

namespace octet::compile {

// A name as files bear it: `/` and `:` are `_`.
std::string NameInFiles(std::string_view name);

// Brings `foreign` to the names and layouts of `values`, which the float model
// computed for the same inputs. A graph has channels last where the model had
// them first: where shapes allow several orders of axes, the one is taken in
// which the numbers are nearest.
//   foreign:   by NameInFiles of the model's value.
//   unmatched: receives the names that no value has, or has with another number
//              of elements, each once.
std::map<std::string, Tensor, std::less<>> MatchForeign(
    const NamedTensors& foreign,
    const std::map<std::string, Tensor, std::less<>>& values,
    std::vector<std::string>& unmatched);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_FOREIGN_VALUES_H_
