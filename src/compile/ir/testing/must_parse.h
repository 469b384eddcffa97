// Graphs from text, for tests.
#ifndef OCTET_COMPILE_IR_TESTING_MUST_PARSE_H_
#define OCTET_COMPILE_IR_TESTING_MUST_PARSE_H_

#include <gtest/gtest.h>

#include <string_view>

#include "compile/ir/text.h"

namespace octet::compile {

inline Graph MustParse(std::string_view text) {
  Result<Graph> graph = Parse(text);
  EXPECT_TRUE(graph.ok()) << graph.status().message() << "\n" << text;
  return *std::move(graph);
}

}  // namespace octet::compile

#endif  // OCTET_COMPILE_IR_TESTING_MUST_PARSE_H_
