// How the rules of shape inference are tested: the lines of the values, a node,
// and what inference makes of it.
#ifndef OCTET_COMPILE_IR_INFER_TESTING_H_
#define OCTET_COMPILE_IR_INFER_TESTING_H_

#include <gtest/gtest.h>

#include <span>
#include <string>

#include "compile/ir/infer.h"
#include "compile/ir/text.h"

namespace octet::compile {

// A node, and a part of what inference says: its line, or the error.
struct InferRow {
  const char* node;
  const char* expected;
};

// The line of node `y` after inference, or the error that refuses it.
inline std::string Inference(const std::string& values,
                             const std::string& node) {
  Result<Graph> graph = Parse(values + "\ny = " + node + "\noutput y\n");
  if (!graph.ok()) return std::string(graph.status().message());
  const Status status = InferShapes(*graph);
  if (!status.ok()) return std::string(status.message());
  return PrintNode(*graph, graph->nodes.back());
}

// The type alone: "f32[N,3]".
inline void ExpectTypes(const std::string& values,
                        std::span<const InferRow> rows) {
  for (const InferRow& row : rows) {
    const std::string line = Inference(values, row.node);
    const std::string type = "y " + std::string(row.expected) + " = ";
    EXPECT_TRUE(line.starts_with(type)) << row.node << "\n  " << line;
  }
}

// The node behind the "=", with its attributes in their normal form.
inline void ExpectNodes(const std::string& values,
                        std::span<const InferRow> rows) {
  for (const InferRow& row : rows) {
    const std::string line = Inference(values, row.node);
    const size_t at = line.find(" = ");
    ASSERT_NE(at, std::string::npos) << row.node << "\n  " << line;
    EXPECT_EQ(line.substr(at + 3), row.expected) << row.node;
  }
}

// An error that names the node and says this.
inline void ExpectErrors(const std::string& values,
                         std::span<const InferRow> rows) {
  for (const InferRow& row : rows) {
    const std::string line = Inference(values, row.node);
    EXPECT_NE(line.find("node 'y' ("), std::string::npos)
        << row.node << "\n  " << line;
    EXPECT_NE(line.find(row.expected), std::string::npos)
        << row.node << "\n  " << line;
  }
}

}  // namespace octet::compile

#endif  // OCTET_COMPILE_IR_INFER_TESTING_H_
