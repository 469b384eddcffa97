#include "report/report_html.h"

#include "base/check.h"
#include "report/judge.h"
#include "report/page.h"
#include "report/report_json.h"

namespace octet::report {
namespace {

// The text for a mark of the page: {{title}}.
std::string TextFor(std::string_view mark, const Report& report) {
  if (mark == "title") return EscapeHtml(report.model);
  if (mark == "style") return std::string(kStyle);
  if (mark == "script") return std::string(kScript);
  if (mark == "data") return EscapeJsonForScript(ToJson(report));
  OCTET_CHECK(mark == "summary");
  const Judgement judgement = Judge(report);
  return EscapeHtml(judgement.answer + ": " + judgement.headline);
}

}  // namespace

std::string EscapeHtml(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string EscapeJsonForScript(std::string_view json) {
  std::string escaped;
  escaped.reserve(json.size());
  for (const char c : json) {
    // "</script" ends the element and "<!--" changes how it is read. "<" stands
    // in JSON only inside strings, where \u003c is the same character.
    if (c == '<') {
      escaped += "\\u003c";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string ToHtml(const Report& report) {
  std::string page;
  // One pass: a mark in a model's name is text.
  std::string_view rest = kPage;
  for (size_t at = rest.find("{{"); at != std::string_view::npos;
       at = rest.find("{{")) {
    const size_t end = rest.find("}}", at);
    page += rest.substr(0, at);
    page += TextFor(rest.substr(at + 2, end - at - 2), report);
    rest.remove_prefix(end + 2);
  }
  page += rest;
  return page;
}

}  // namespace octet::report
