#include "report/report_html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "report/report_json.h"
#include "report/testing/example.h"

namespace octet::report {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

size_t Count(std::string_view text, std::string_view what) {
  size_t n = 0;
  for (size_t at = text.find(what); at != text.npos;
       at = text.find(what, at + what.size())) {
    ++n;
  }
  return n;
}

// The JSON inside the page, as a browser would read it.
std::string DataOf(const std::string& page) {
  const std::string open = "<script type=\"application/json\" id=\"data\">";
  const size_t begin = page.find(open) + open.size();
  return page.substr(begin, page.find("</script>", begin) - begin);
}

TEST(ReportHtml, HoldsTheWholeReport) {
  const Report report = Example();
  EXPECT_EQ(json::parse(DataOf(ToHtml(report))), json::parse(ToJson(report)));
}

TEST(ReportHtml, IsTheSameBytesForTheSameReport) {
  EXPECT_EQ(ToHtml(Example()), ToHtml(Example()));
}

TEST(ReportHtml, NeedsNoNetworkAndLeavesNoMark) {
  const std::string page = ToHtml(Example());
  EXPECT_EQ(Count(page, "{{"), 0u);
  EXPECT_EQ(Count(page, "<style>"), 1u);
  // The name space of SVG is a name; nothing is fetched from it.
  EXPECT_EQ(Count(page, "http"), Count(page, "http://www.w3.org/2000/svg"));
  EXPECT_THAT(page, Not(HasSubstr("src=")));
  EXPECT_THAT(page, Not(HasSubstr("@import")));
  EXPECT_THAT(page, Not(HasSubstr("url(")));
}

TEST(ReportHtml, SaysTheVerdictWhereScriptsDoNotRun) {
  const std::string page = ToHtml(Example());
  const size_t begin = page.find("<noscript>");
  EXPECT_THAT(page.substr(begin, page.find("</noscript>") - begin),
              HasSubstr("Fit to ship: 99.0 %"));
}

TEST(ReportHtml, MakesNoMarkupOfNames) {
  const std::string bad =
      "</script><script>alert(1)</script><!--<img src=x "
      "onerror='a'>\"&{{data}}";
  Report report = Example();
  const size_t scripts = Count(ToHtml(report), "<script");
  report.model = bad;
  report.nodes[0].node.name = bad;
  report.values[0].name = bad;
  report.layers.layers[0].value = bad;
  report.suspects[0].cause = bad;
  report.reproduction.command = bad;
  report.changes[0].sample = bad;
  const std::string page = ToHtml(report);
  EXPECT_EQ(Count(page, "<script"), scripts);
  EXPECT_EQ(Count(page, "</script"), scripts);
  EXPECT_EQ(Count(page, "<img"), 0u);
  EXPECT_EQ(Count(page, "<!--"), 0u);
  EXPECT_THAT(page, HasSubstr("<title>&lt;/script&gt;&lt;script&gt;alert(1)"));
  const json read = json::parse(DataOf(page));
  EXPECT_EQ(read["nodes"][0]["name"], bad) << "and they are whole";
  EXPECT_EQ(read["model"], bad);
}

TEST(EscapeHtml, LeavesNoCharacterThatMeansSomething) {
  EXPECT_EQ(EscapeHtml("a<b>&\"'é{{"), "a&lt;b&gt;&amp;&quot;&#39;é{{");
  EXPECT_EQ(EscapeHtml(""), "");
}

}  // namespace
}  // namespace octet::report
