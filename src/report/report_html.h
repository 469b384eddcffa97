// A report as one HTML page that needs no network: style, script and data are
// in it.
#ifndef OCTET_REPORT_REPORT_HTML_H_
#define OCTET_REPORT_REPORT_HTML_H_

#include <string>
#include <string_view>

#include "report/report.h"

namespace octet::report {

// The page holds the whole of ToJson(report) in <script id="data">, and draws
// from it. Names in it may hold anything: nothing in them becomes markup.
std::string ToHtml(const Report& report);

// `text` as text of HTML, in elements and in quoted attributes.
std::string EscapeHtml(std::string_view text);

// JSON for the inside of a script element: no "<" is left that could end it.
std::string EscapeJsonForScript(std::string_view json);

}  // namespace octet::report

#endif  // OCTET_REPORT_REPORT_HTML_H_
