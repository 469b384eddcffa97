#include "compile/ir/text_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace octet::compile {
namespace {

// Words that mean something at the start of a line or in an input list.
constexpr std::array<std::string_view, 6> kReserved = {
    "graph", "input", "const", "output", "_", "..."};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::string Quoted(std::string_view name) {
  std::string text = "\"";
  for (char c : name) {
    if (c == '"' || c == '\\') {
      text += '\\';
      text += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      text += c;
    }
  }
  return text + "\"";
}

bool IsBare(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, IsBareCharacter) &&
         std::ranges::find(kReserved, name) == kReserved.end();
}

}  // namespace

bool IsBareCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || IsDigit(c) ||
         std::string_view("_./:@$-").find(c) != std::string_view::npos;
}

std::string QuoteName(std::string_view name) {
  return IsBare(name) ? std::string(name) : Quoted(name);
}

std::string QuoteSymbol(std::string_view name) {
  const bool like_number =
      !name.empty() && (IsDigit(name[0]) || name[0] == '-');
  return like_number ? Quoted(name) : QuoteName(name);
}

}  // namespace octet::compile
