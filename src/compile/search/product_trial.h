// One product, computed from windows of its input as the float model does and
// as an int8 step would: what decisions on scales and biases are measured with.
#ifndef OCTET_COMPILE_SEARCH_PRODUCT_TRIAL_H_
#define OCTET_COMPILE_SEARCH_PRODUCT_TRIAL_H_

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/quant.h"
#include "base/thread_pool.h"
#include "compile/ir/graph.h"
#include "compile/search/window_samples.h"

namespace octet::compile {

class ProductTrial {
 public:
  //   node:    a convolution of one group, a depthwise one or a matrix product,
  //            with constant weights.
  //   windows: of its input.
  ProductTrial(const Graph& graph, const Node& node, Windows windows);

  // Largest weight of every input channel.
  std::vector<double> LargestWeights() const;

  // Sum of squared errors of one window's outputs behind the fused functions,
  // in the mean over windows, when input and weights are as their codes say and
  // what that shifts the mean of each output by is taken out, as correcting the
  // bias does.
  //   input: as Form::quant; scales per channel are folded into the weights
  //          before these are quantized, except those of a depthwise reader.
  double Error(const QuantParams& input) const;

  // The same for each output alone. By share: with weights held at this share
  // of the output's largest (NodePlan::weight_clip). [shares][outputs]
  std::vector<std::vector<double>> ErrorsByClip(
      const QuantParams& input, std::span<const float> shares) const;
  // By parameters of the input, shifts and all: that of what is held is no
  // shift where a function behind it would hold it too. [inputs][outputs]
  //   clip: as NodePlan::weight_clip.
  std::vector<std::vector<double>> ErrorsByInput(
      std::span<const QuantParams> inputs, std::span<const float> clip) const;

  // What input and weights as their codes say make of every output before the
  // fused functions: with codes minus in float. [windows][outputs]
  //   clip: as NodePlan::weight_clip.
  std::vector<float> Shifts(const QuantParams& input,
                            std::span<const float> clip) const;
  int64_t outputs() const { return outputs_; }
  const Windows& windows() const { return windows_; }

 private:
  // Without bias.
  std::vector<float> Products(const Windows& x,
                              const std::vector<float>& weight) const;
  void ApplyFunctions(std::vector<float>& y) const;
  // Of y as Products gives it.
  std::vector<double> ErrorsByOutput(std::vector<float> y) const;
  void TakeOutShift(std::vector<float>& y) const;
  Windows Stored(const QuantParams& input) const;
  std::vector<float> WeightsOfCodes(const QuantParams& input,
                                    std::span<const float> clip) const;

  Windows windows_;
  bool depthwise_ = false;
  int64_t outputs_ = 0, channels_ = 0;
  std::vector<float> weight_;  // [outputs][width], or [outputs][taps]
  std::vector<float> bias_;    // by output, or empty
  Fusion fusion_;
  // Of the float model: products, and what the functions make of them.
  std::vector<float> exact_, exact_outputs_;
};

// Of ways that were tried, [ways][outputs], the one that leaves an output the
// least error; 0, the way of before, unless that is no more than `most_left` of
// what is left then.
size_t BestTried(const std::vector<std::vector<double>>& errors, size_t output,
                 double most_left);

// Of all products that windows were drawn of, by name.
using ProductTrials = std::map<std::string, ProductTrial, std::less<>>;
ProductTrials MakeProductTrials(const Graph& graph, WindowSamples windows,
                                ThreadPool& pool);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_PRODUCT_TRIAL_H_
