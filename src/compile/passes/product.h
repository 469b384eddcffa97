// A value as a product: exporters write the same formula in any order and
// association, so patterns are matched on the factors.
#ifndef OCTET_COMPILE_PASSES_PRODUCT_H_
#define OCTET_COMPILE_PASSES_PRODUCT_H_

#include <functional>
#include <optional>
#include <vector>

#include "compile/passes/rewriter.h"

namespace octet::compile {

// number * factors[0] * factors[1] * ...
struct Product {
  double number = 1;
  std::vector<ValueId> factors;
};

// Takes a value apart through Mul, division by a number, and squares and cubes
// by Pow, no further than needed: into at most four factors, until `accept`
// says that this is the product sought.
std::optional<Product> MatchProduct(
    const Rewriter& r, ValueId value,
    const std::function<bool(const Product&)>& accept);

// value = x + number: the other operand, if `value` is such a sum and the
// number is `expected` (to 1e-5).
std::optional<ValueId> SummandBeside(const Rewriter& r, ValueId value,
                                     double expected);

// Whether a product's number is `expected` (to 1e-5).
bool NumberIs(const Product& product, double expected);

// The argument of a function, if `value` is made by it.
std::optional<ValueId> ArgumentOf(const Rewriter& r, ValueId value,
                                  FunctionKind kind);

// Makes `node` compute function(x) instead of what it does, as the one who
// stands for the nodes that this leaves unneeded too.
void ReplaceByFunction(Rewriter& r, NodeId node, const Function& function,
                       ValueId x);

// Whether a value of `x`'s shape is the node's output: nothing was broadcast.
bool KeepsShape(const Rewriter& r, NodeId node, ValueId x);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_PASSES_PRODUCT_H_
