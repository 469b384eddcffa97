// Names in the text form: bare where they are simple, quoted where not.
#ifndef OCTET_COMPILE_IR_TEXT_NAME_H_
#define OCTET_COMPILE_IR_TEXT_NAME_H_

#include <string>
#include <string_view>

namespace octet::compile {

// Whether the character may stand in a bare name.
bool IsBareCharacter(char c);

// The name of a value, node or graph.
std::string QuoteName(std::string_view name);

// The name of a dimension: also quoted where it looks like a number.
std::string QuoteSymbol(std::string_view name);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_IR_TEXT_NAME_H_
