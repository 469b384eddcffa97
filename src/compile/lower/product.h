// A convolution or matrix product on its way to a step: both become the same
// thing, a window over [N,H,W,C] with weights [O][taps].
#ifndef OCTET_COMPILE_LOWER_PRODUCT_H_
#define OCTET_COMPILE_LOWER_PRODUCT_H_

#include <vector>

#include "compile/lower/lowering.h"

namespace octet::compile {

struct Product {
  Shape x, y;  // as [N,H,W,C]
  int64_t kernel_h = 1, kernel_w = 1;
  std::array<int64_t, 2> strides{1, 1}, dilations{1, 1};
  int64_t pad_top = 0, pad_left = 0;
  bool padded = false;
  int64_t group = 1;
  bool depthwise = false;
  std::vector<float> weight;  // [O][kernel_h][kernel_w][C / group]
  std::vector<float> bias;    // [O]; zeros where the node has none
  Fusion fusion;
  int64_t macs = 0;

  int64_t outputs() const { return y[3]; }
  int64_t taps() const { return int64_t(weight.size()) / outputs(); }
  std::unique_ptr<engine::Window> window() const;
};

// Adds the step for `node` in the precision that its plan says.
Status LowerProduct(Lowering& lowering, const Node& node, Product product);

// The forms of it.
Status LowerProductF32(Lowering& lowering, const Node& node,
                       const Product& product);
Status LowerProductHalf(Lowering& lowering, const Node& node,
                        const Product& product);
Status LowerProductInt8(Lowering& lowering, const Node& node, Product product);

// v, with zeros up to the next multiple.
template <typename T>
std::vector<T> PaddedTo(std::vector<T> v, size_t multiple) {
  v.resize((v.size() + multiple - 1) / multiple * multiple);
  return v;
}

}  // namespace octet::compile

#endif  // OCTET_COMPILE_LOWER_PRODUCT_H_
