#include "vision/document.h"

#include <toml++/toml.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/error.h"

namespace octet::vision {
namespace {

using nlohmann::json;

// A scan before the parse: parsers, and the trees they build, recurse on the
// text's nesting, and a stack that overflows cannot be caught.
class DepthScan {
 public:
  explicit DepthScan(std::string_view text) : text_(text) {}

  // Deepest nesting of brackets, and most dots in one dotted key.
  int MaxDepth(bool toml) {
    while (at_ < text_.size()) Step(toml);
    return max_depth_ + max_dots_;
  }

 private:
  void Step(bool toml) {
    const char c = text_[at_++];
    if (c == '"' || (toml && c == '\'')) {
      SkipString(c, toml);
    } else if (toml && c == '#') {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (c == '[' || c == '{') {
      max_depth_ = std::max(max_depth_, ++depth_);
      dots_ = 0;
    } else if (c == ']' || c == '}') {
      --depth_;
      dots_ = 0;
    } else if (c == '.' && toml) {
      max_dots_ = std::max(max_dots_, ++dots_);
    } else if (c == '=' || c == ',' || c == '\n') {
      dots_ = 0;
    }
  }

  void SkipString(char quote, bool toml) {
    const std::string triple(3, quote);
    const bool is_long = toml && text_.substr(at_ - 1, 3) == triple;
    if (is_long) at_ += 2;
    while (at_ < text_.size()) {
      if (text_[at_] == '\\' && quote == '"') {
        at_ += 2;
      } else if (is_long && text_.substr(at_, 3) == triple) {
        at_ += 3;
        // Up to two more quotes belong to the string.
        while (at_ < text_.size() && text_[at_] == quote) ++at_;
        return;
      } else if (!is_long && (text_[at_] == quote || text_[at_] == '\n')) {
        ++at_;
        return;
      } else {
        ++at_;
      }
    }
    at_ = text_.size();
  }

  std::string_view text_;
  size_t at_ = 0;
  int depth_ = 0;
  int max_depth_ = 0;
  int dots_ = 0;
  int max_dots_ = 0;
};

Status CheckDepth(std::string_view text, const std::string& name, bool toml) {
  if (DepthScan(text).MaxDepth(toml) > kMaxDepth) {
    return BadInput("{}: nests deeper than {} levels", name, kMaxDepth);
  }
  return {};
}

// nullopt where a node has no counterpart in JSON.
std::optional<json> ToJson(const toml::node& node) {
  if (const auto* table = node.as_table()) {
    json object = json::object();
    for (const auto& [key, value] : *table) {
      std::optional<json> member = ToJson(value);
      if (!member) return std::nullopt;
      object[std::string(key.str())] = *std::move(member);
    }
    return object;
  }
  if (const auto* array = node.as_array()) {
    json list = json::array();
    for (const toml::node& element : *array) {
      std::optional<json> item = ToJson(element);
      if (!item) return std::nullopt;
      list.push_back(*std::move(item));
    }
    return list;
  }
  if (const auto* text = node.as_string()) return json(text->get());
  if (const auto* integer = node.as_integer()) return json(integer->get());
  if (const auto* number = node.as_floating_point()) return json(number->get());
  if (const auto* boolean = node.as_boolean()) return json(boolean->get());
  return std::nullopt;
}

}  // namespace

Result<json> ParseToml(std::string_view text, const std::string& name) {
  OCTET_RETURN_IF_ERROR(CheckDepth(text, name, true));
  try {
    const toml::table table = toml::parse(text);
    std::optional<json> document = ToJson(table);
    if (!document) return BadInput("{}: holds a date or time", name);
    return *std::move(document);
  } catch (const toml::parse_error& error) {
    return BadInput("{}:{}:{}: {}", name, error.source().begin.line,
                    error.source().begin.column, error.description());
  } catch (const std::exception& error) {
    return BadInput("{}: cannot be read as TOML: {}", name, error.what());
  }
}

Result<json> ParseJson(std::string_view text, const std::string& name) {
  OCTET_RETURN_IF_ERROR(CheckDepth(text, name, false));
  try {
    return json::parse(text);
  } catch (const std::exception& error) {
    return BadInput("{}: cannot be read as JSON: {}", name, error.what());
  }
}

}  // namespace octet::vision
