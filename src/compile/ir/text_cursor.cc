#include "compile/ir/text_cursor.h"

#include "compile/ir/text_name.h"

namespace octet::compile {

void TextCursor::SkipSpace() {
  while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\t')) {
    rest_.remove_prefix(1);
  }
}

bool TextCursor::AtEnd() {
  SkipSpace();
  return rest_.empty() || rest_[0] == '#';
}

bool TextCursor::Take(char c) {
  SkipSpace();
  if (!rest_.starts_with(c)) return false;
  rest_.remove_prefix(1);
  return true;
}

bool TextCursor::TakeWord(std::string_view word) {
  SkipSpace();
  if (!rest_.starts_with(word)) return false;
  if (rest_.size() > word.size() && IsBareCharacter(word.back()) &&
      IsBareCharacter(rest_[word.size()])) {
    return false;
  }
  rest_.remove_prefix(word.size());
  return true;
}

std::string_view TextCursor::BareView() const {
  size_t size = 0;
  while (size < rest_.size() && IsBareCharacter(rest_[size])) ++size;
  return rest_.substr(0, size);
}

std::string TextCursor::Bare() {
  SkipSpace();
  std::string word(BareView());
  rest_.remove_prefix(word.size());
  return word;
}

std::optional<std::string> TextCursor::Name() {
  SkipSpace();
  if (rest_.starts_with('"')) return Quoted();
  std::string word = Bare();
  if (word.empty()) return std::nullopt;
  return word;
}

std::optional<std::string> TextCursor::Quoted() {
  std::string name;
  for (size_t i = 1; i < rest_.size(); ++i) {
    const char c = rest_[i];
    if (c == '"') {
      rest_.remove_prefix(i + 1);
      return name;
    }
    if (c != '\\') {
      name += c;
      continue;
    }
    if (++i == rest_.size()) return std::nullopt;
    if (rest_[i] != 'x') {
      name += rest_[i];
      continue;
    }
    unsigned code = 0;
    const char* digits = rest_.data() + i + 1;
    if (i + 2 >= rest_.size()) return std::nullopt;
    if (std::from_chars(digits, digits + 2, code, 16).ptr != digits + 2) {
      return std::nullopt;
    }
    name += char(code);
    i += 2;
  }
  return std::nullopt;
}

std::optional<std::string_view> TextCursor::Braces() {
  if (!Take('{')) return std::nullopt;
  const size_t end = rest_.find('}');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view inside = rest_.substr(0, end);
  rest_.remove_prefix(end + 1);
  return inside;
}

}  // namespace octet::compile
