// That a batch is computed sample by sample.
#ifndef OCTET_COMPILE_LOWER_TESTING_SAMPLE_BY_SAMPLE_H_
#define OCTET_COMPILE_LOWER_TESTING_SAMPLE_BY_SAMPLE_H_

#include <algorithm>
#include <vector>

#include "compile/lower/one_sample.h"
#include "compile/passes/pass_testing.h"

namespace octet::compile {

// Part `i` of `parts` of a tensor along its first axis.
inline Tensor PartOf(const Tensor& whole, int64_t i, int64_t parts) {
  Shape shape = whole.shape();
  shape[0] /= parts;
  Tensor part(whole.dtype(), shape);
  std::copy_n(whole.raw() + i * part.bytes(), part.bytes(), part.raw());
  return part;
}

// The graph of one sample is sound and gives, from part i of each input, part i
// of each output, to the bit: nothing else takes part.
inline void ExpectSampleBySample(const Graph& batch, const OneSample& one) {
  const Status verified = Verify(one.graph);
  ASSERT_TRUE(verified.ok()) << verified.message();
  const std::vector<Tensor> inputs = SeededInputs(batch);
  const auto whole = Evaluate(batch, inputs);
  ASSERT_TRUE(whole.ok()) << whole.status().message();
  for (int64_t i = 0; i < one.batch; ++i) {
    std::vector<Tensor> sample;
    for (const Tensor& input : inputs) {
      sample.push_back(PartOf(input, i, one.batch));
    }
    const auto found = Evaluate(one.graph, sample);
    ASSERT_TRUE(found.ok()) << found.status().message();
    ASSERT_EQ(found->size(), whole->size());
    for (size_t k = 0; k < whole->size(); ++k) {
      EXPECT_EQ(Difference(PartOf((*whole)[k], i, one.batch), (*found)[k]), 0)
          << "sample " << i << ", output " << k;
    }
  }
}

}  // namespace octet::compile

#endif  // OCTET_COMPILE_LOWER_TESTING_SAMPLE_BY_SAMPLE_H_
