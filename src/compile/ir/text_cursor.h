// Reads one line of the text form from left to right. Spaces between tokens are
// skipped; '#' ends the line.
#ifndef OCTET_COMPILE_IR_TEXT_CURSOR_H_
#define OCTET_COMPILE_IR_TEXT_CURSOR_H_

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace octet::compile {

class TextCursor {
 public:
  explicit TextCursor(std::string_view line) : rest_(line) {}

  // Whether nothing but a comment is left.
  bool AtEnd();
  // Takes the character if it is next.
  bool Take(char c);
  // Takes the word if it is next and no bare character follows it.
  bool TakeWord(std::string_view word);
  // The next bare characters; empty if there are none.
  std::string Bare();
  // A bare or quoted name; nullopt if there is none or its quoting is broken.
  std::optional<std::string> Name();
  // What stands between { and }.
  std::optional<std::string_view> Braces();

  // Reads a number that ends where bare characters end; else takes nothing.
  template <typename T>
  bool Number(T& value) {
    SkipSpace();
    const std::string_view word = BareView();
    const char* end = word.data() + word.size();
    const auto [stop, error] = std::from_chars(word.data(), end, value);
    if (word.empty() || error != std::errc() || stop != end) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

 private:
  void SkipSpace();
  std::string_view BareView() const;
  std::optional<std::string> Quoted();

  std::string_view rest_;
};

}  // namespace octet::compile

#endif  // OCTET_COMPILE_IR_TEXT_CURSOR_H_
