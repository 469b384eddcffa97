#include "vision/fields.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/nearest.h"

namespace octet::vision {
namespace {

using nlohmann::json;

// A value as it stands in a message: short, without control characters.
std::string Shown(const json& value) {
  constexpr size_t kMost = 60;
  std::string text = value.dump(-1, ' ', true, json::error_handler_t::replace);
  if (text.size() > kMost) text.replace(kMost, text.npos, "...");
  return text;
}

bool IsPlainText(const std::string& text) {
  return std::ranges::none_of(
      text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

}  // namespace

const json* Fields::Find(std::string_view key) const {
  if (!table_.is_object()) return nullptr;
  const auto found = table_.find(std::string(key));
  return found == table_.end() ? nullptr : &*found;
}

bool Fields::Has(std::string_view key) const { return Find(key) != nullptr; }

Status Fields::Wrong(std::string_view key, const json& found,
                     std::string_view expected) const {
  return BadInput("{}: '{}' is {}, expected {}", where_, key, Shown(found),
                  expected);
}

std::vector<Status> Fields::KeyFaults(
    std::span<const std::string_view> known) const {
  if (!table_.is_object()) {
    return {BadInput("{}: is {}, expected a table", where_, Shown(table_))};
  }
  std::vector<Status> faults;
  for (const auto& [key, value] : table_.items()) {
    if (std::ranges::find(known, key) == known.end()) {
      faults.push_back(BadInput("{}: unknown key {}{}", where_,
                                Shown(json(key)), Suggestion(key, known)));
    }
  }
  return faults;
}

Status Fields::CheckKeys(std::span<const std::string_view> known) const {
  const std::vector<Status> faults = KeyFaults(known);
  return faults.empty() ? Status() : faults[0];
}

Status Fields::Read(std::string_view key, int64_t low, int64_t high,
                    int64_t* value) const {
  const json* found = Find(key);
  if (found == nullptr) return {};
  const bool fits = found->is_number_unsigned()
                        ? found->get<uint64_t>() <= uint64_t(INT64_MAX)
                        : found->is_number_integer();
  if (!fits || found->get<int64_t>() < low || found->get<int64_t>() > high) {
    return Wrong(key, *found,
                 fmt::format("a whole number from {} to {}", low, high));
  }
  *value = found->get<int64_t>();
  return {};
}

Status Fields::Read(std::string_view key, double low, double high,
                    double* value) const {
  const json* found = Find(key);
  if (found == nullptr) return {};
  if (!found->is_number() || !(found->get<double>() >= low) ||
      !(found->get<double>() <= high)) {
    return Wrong(key, *found, fmt::format("a number from {} to {}", low, high));
  }
  *value = found->get<double>();
  return {};
}

Status Fields::Read(std::string_view key, std::string* value) const {
  const json* found = Find(key);
  if (found == nullptr) return {};
  if (!found->is_string() || !IsPlainText(found->get<std::string>())) {
    return Wrong(key, *found, "a text without control characters");
  }
  *value = found->get<std::string>();
  return {};
}

Status Fields::Elements(std::string_view key, size_t most,
                        const json** list) const {
  *list = Find(key);
  if (*list == nullptr) return {};
  if (!(*list)->is_array() || (*list)->size() > most) {
    return Wrong(key, **list, fmt::format("a list of at most {}", most));
  }
  return {};
}

Status Fields::Read(std::string_view key, size_t most,
                    std::vector<double>* value) const {
  const json* list = nullptr;
  OCTET_RETURN_IF_ERROR(Elements(key, most, &list));
  if (list == nullptr) return {};
  value->clear();
  for (const json& element : *list) {
    if (!element.is_number() || !std::isfinite(element.get<double>())) {
      return Wrong(key, *list, "a list of finite numbers");
    }
    value->push_back(element.get<double>());
  }
  return {};
}

Status Fields::Read(std::string_view key, size_t most,
                    std::vector<int64_t>* value) const {
  const json* list = nullptr;
  OCTET_RETURN_IF_ERROR(Elements(key, most, &list));
  if (list == nullptr) return {};
  value->clear();
  for (const json& element : *list) {
    if (!element.is_number_integer() ||
        (element.is_number_unsigned() &&
         element.get<uint64_t>() > uint64_t(INT64_MAX))) {
      return Wrong(key, *list, "a list of whole numbers");
    }
    value->push_back(element.get<int64_t>());
  }
  return {};
}

Status Fields::Read(std::string_view key, size_t most,
                    std::vector<std::string>* value) const {
  const json* list = nullptr;
  OCTET_RETURN_IF_ERROR(Elements(key, most, &list));
  if (list == nullptr) return {};
  value->clear();
  for (const json& element : *list) {
    if (!element.is_string() || !IsPlainText(element.get<std::string>())) {
      return Wrong(key, *list, "a list of texts without control characters");
    }
    value->push_back(element.get<std::string>());
  }
  return {};
}

Status Fields::ReadChoice(std::string_view key,
                          std::span<const std::string_view> names,
                          int* index) const {
  *index = -1;
  std::string name;
  OCTET_RETURN_IF_ERROR(Read(key, &name));
  if (!Has(key)) return {};
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) {
    return BadInput("{}: '{}' is '{}'{}", where_, key, name,
                    Suggestion(name, names));
  }
  *index = int(found - names.begin());
  return {};
}

}  // namespace octet::vision
