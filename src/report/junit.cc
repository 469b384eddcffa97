#include "report/junit.h"

#include <fmt/core.h>

#include <algorithm>

namespace octet::report {
namespace {

using Outcome = JUnitCase::Outcome;

// For attributes and text alike. Bytes above 127 are UTF-8 and stay.
std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\n':
        out += "&#10;";
        break;
      case '\t':
        out += "&#9;";
        break;
      default: {
        const auto byte = static_cast<unsigned char>(c);
        out += byte < 0x20 || byte == 0x7f ? '?' : c;
      }
    }
  }
  return out;
}

std::string Element(const JUnitCase& row) {
  const std::string_view tag =
      row.outcome == Outcome::kFailed ? "failure" : "error";
  const std::string details = Escaped(row.details);
  if (row.outcome == Outcome::kPassed) {
    return details.empty()
               ? ""
               : fmt::format("      <system-out>{}</system-out>\n", details);
  }
  return fmt::format("      <{} type=\"{}\" message=\"{}\">{}</{}>\n", tag,
                     Escaped(row.type), Escaped(row.message), details, tag);
}

}  // namespace

std::string ToJUnit(std::string_view suite, std::string_view group,
                    const std::vector<JUnitCase>& cases) {
  const auto count = [&](Outcome outcome) {
    return std::ranges::count(cases, outcome, &JUnitCase::outcome);
  };
  const std::string counts = fmt::format(
      "name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\"", Escaped(suite),
      cases.size(), count(Outcome::kFailed), count(Outcome::kError));
  std::string xml = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites {}>\n  <testsuite {}>\n",
      counts, counts);
  for (const JUnitCase& row : cases) {
    xml += fmt::format(
        "    <testcase classname=\"{}\" name=\"{}\">\n{}    </testcase>\n",
        Escaped(group), Escaped(row.name), Element(row));
  }
  return xml + "  </testsuite>\n</testsuites>\n";
}

}  // namespace octet::report
