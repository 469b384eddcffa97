// Turns a step of a Program into a kernel with its parameters.
//
// One file per group of steps defines the Bind functions; VisitParams chooses
// among them by the step's kind. Everything they are given has passed
// engine::Validate, so that binding cannot fail.
#ifndef OCTET_RUNTIME_BIND_H_
#define OCTET_RUNTIME_BIND_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/cpu.h"
#include "engine/layout.h"
#include "engine/program.h"
#include "kernels/channel_quant.h"
#include "kernels/kernel_table.h"
#include "kernels/window.h"
#include "kernels/work.h"
#include "octet/status.h"
#include "runtime/addresses.h"
#include "runtime/quant_table.h"

namespace octet::runtime {

// A kernel and its parameters, ready to run.
class BoundStep {
 public:
  BoundStep(const char* kernel, const kernels::Work& work)
      : kernel_(kernel), work_(work) {}
  virtual ~BoundStep() = default;

  const char* kernel() const { return kernel_; }
  const kernels::Work& work() const { return work_; }

  // Does part `part` of work().parts; scratch is the worker's own.
  virtual void Run(int64_t part, std::byte* scratch) const = 0;
  // What can only be known when the inputs are: asked before the first part.
  virtual Status CheckData() const { return {}; }

 private:
  const char* kernel_;
  kernels::Work work_;
};

template <typename Params>
class BoundKernel : public BoundStep {
 public:
  BoundKernel(const Params& params, const kernels::Kernel<Params>& kernel,
              const kernels::Work& work)
      : BoundStep(kernel.name, work), params_(params), run_(kernel.fn) {}

  void Run(int64_t part, std::byte* scratch) const override {
    run_(params_, part, work().parts, scratch);
  }

 protected:
  const Params& params() const { return params_; }

 private:
  Params params_;
  kernels::KernelFn<Params> run_;
};

// What binding needs to know of the session.
class Binding {
 public:
  Binding(const engine::ProfileT& profile, const Addresses& addresses,
          const QuantTable& quants, CpuLevel level, int threads)
      : profile_(profile),
        addresses_(addresses),
        quants_(quants),
        level_(level),
        threads_(threads) {}

  const engine::ValueT& Value(int index) const {
    return *profile_.values[size_t(index)];
  }
  // Where a value lies; null for an absent one (-1).
  template <typename T>
  const T* Read(int index) const {
    return index < 0 ? nullptr
                     : reinterpret_cast<const T*>(addresses_.Of(Value(index)));
  }
  // A value that a step writes lies in the arena.
  template <typename T>
  T* Write(int index) const {
    return reinterpret_cast<T*>(addresses_.InArena(Value(index)));
  }
  kernels::ChannelQuant Quant(int index) const {
    return quants_.Of(size_t(index));
  }
  int64_t ElementBytes(int index) const {
    return SizeOf(engine::ToDType(Value(index).dtype));
  }

  // The best kernel of a family's table, with the work cut as its plan says.
  template <typename Params, typename Plan>
  std::unique_ptr<BoundStep> Make(const Params& params,
                                  kernels::KernelTable<Params> table,
                                  Plan plan) const {
    return std::make_unique<BoundKernel<Params>>(params, table.Best(level_),
                                                 plan(params, threads_));
  }
  CpuLevel level() const { return level_; }
  int threads() const { return threads_; }

 private:
  const engine::ProfileT& profile_;
  const Addresses& addresses_;
  const QuantTable& quants_;
  CpuLevel level_;
  int threads_;
};

kernels::Window ToKernel(const std::unique_ptr<engine::Window>& window);

// Two values of the same shape as rows of columns: one row if memory has no
// gaps.
struct Rows {
  int64_t rows, columns;
  int64_t x_stride, y_stride;
};
Rows AsRows(const engine::ValueT& x, const engine::ValueT& y);
// The same with columns = channels always, for scales per channel.
Rows AsPixels(const engine::ValueT& x, const engine::ValueT& y);

using BoundStepPtr = std::unique_ptr<BoundStep>;
BoundStepPtr Bind(const Binding& b, const engine::ConvU8T& p);
BoundStepPtr Bind(const Binding& b, const engine::DepthwiseU8T& p);
BoundStepPtr Bind(const Binding& b, const engine::ConvF32T& p);
BoundStepPtr Bind(const Binding& b, const engine::DepthwiseF32T& p);
BoundStepPtr Bind(const Binding& b, const engine::ConvHalfT& p);
BoundStepPtr Bind(const Binding& b, const engine::DepthwiseHalfT& p);
BoundStepPtr Bind(const Binding& b, const engine::MatMulF32T& p);
BoundStepPtr Bind(const Binding& b, const engine::AttentionF32T& p);
BoundStepPtr Bind(const Binding& b, const engine::AttentionU8T& p);
BoundStepPtr Bind(const Binding& b, const engine::AttentionHalfT& p);
BoundStepPtr Bind(const Binding& b, const engine::MatMulU8T& p);
BoundStepPtr Bind(const Binding& b, const engine::BinaryF32T& p);
BoundStepPtr Bind(const Binding& b, const engine::UnaryF32T& p);
BoundStepPtr Bind(const Binding& b, const engine::BinaryU8T& p);
BoundStepPtr Bind(const Binding& b, const engine::TableU8T& p);
BoundStepPtr Bind(const Binding& b, const engine::PoolT& p);
BoundStepPtr Bind(const Binding& b, const engine::SoftmaxT& p);
BoundStepPtr Bind(const Binding& b, const engine::LayerNormT& p);
BoundStepPtr Bind(const Binding& b, const engine::ReduceT& p);
BoundStepPtr Bind(const Binding& b, const engine::QuantizeT& p);
BoundStepPtr Bind(const Binding& b, const engine::DequantizeT& p);
BoundStepPtr Bind(const Binding& b, const engine::RequantizeT& p);
BoundStepPtr Bind(const Binding& b, const engine::CastT& p);
BoundStepPtr Bind(const Binding& b, const engine::StridedCopyT& p);
BoundStepPtr Bind(const Binding& b, const engine::FillT& p);
BoundStepPtr Bind(const Binding& b, const engine::GatherT& p);
BoundStepPtr Bind(const Binding& b, const engine::ResizeT& p);

}  // namespace octet::runtime

#endif  // OCTET_RUNTIME_BIND_H_
