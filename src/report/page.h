// The parts of the page, embedded at build time from the folder `page`.
#ifndef OCTET_REPORT_PAGE_H_
#define OCTET_REPORT_PAGE_H_

#include <string_view>

namespace octet::report {

// HTML with marks {{title}}, {{summary}}, {{style}}, {{data}}, {{script}}.
extern const std::string_view kPage;
extern const std::string_view kStyle;
extern const std::string_view kScript;

}  // namespace octet::report

#endif  // OCTET_REPORT_PAGE_H_
