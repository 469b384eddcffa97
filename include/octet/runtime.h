// The runtime: opens an engine file and runs it.
//
//   Result<Engine> engine = Engine::Open("model.octet");
//   if (!engine.ok()) return engine.status();
//   Result<Session> session = Session::Create(*engine);
//   if (!session.ok()) return session.status();
//   Status set = session->SetInput(0, image);   // or write into input(0)
//   Status ran = session->Run();
//   Result<Tensor> boxes = session->GetOutput(0);
//
// An Engine never changes and may be shared by any number of sessions and
// threads. A Session holds the memory of one run at a time: give every thread
// that runs at the same time its own.
#ifndef OCTET_RUNTIME_H_
#define OCTET_RUNTIME_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "octet/status.h"
#include "octet/tensor.h"

namespace octet {

// What is known of a value before it is computed. A value of dtype u8 that
// stands for real numbers has scales and zero points, one or one per channel
// (the innermost axis): real = scale * (element - zero_point).
struct ValueInfo {
  std::string name;
  DType dtype = DType::kF32;
  Shape shape;
  std::vector<float> scale;
  std::vector<int32_t> zero_point;
};

// One operation of the original model and what became of it.
struct NodeNote {
  std::string node;
  std::string type;       // ONNX operator
  std::string precision;  // "int8", "fp32", ...
  std::string reason;
  uint64_t macs = 0;
};

// An engine file, checked and ready to run.
class Engine {
 public:
  // Maps a file; the weights are used where they lie.
  //   errors: kBadInput if it cannot be read, kDamaged if any byte is not what
  //           was written or it is of another version.
  static Result<Engine> Open(const std::string& path);
  // The same from memory; copies.
  static Result<Engine> FromBytes(std::span<const std::byte> bytes);

  std::string_view model_name() const;
  std::string_view model_hash() const;  // SHA-256 of the model file
  std::string_view octet_version() const;
  std::string_view target() const;
  std::string_view preprocess() const;   // canonical text; empty: raw tensors
  std::string_view detect() const;       // canonical text; empty: none
  std::string_view calibration() const;  // how ranges were had
  const std::vector<NodeNote>& notes() const;

  // A profile is one set of input shapes that the engine was compiled for.
  int profiles() const;
  // In the model's order. `profile` is in [0, profiles()).
  const std::vector<ValueInfo>& inputs(int profile = 0) const;
  const std::vector<ValueInfo>& outputs(int profile = 0) const;
  int64_t weight_bytes() const;

  struct Data;
  explicit Engine(std::shared_ptr<const Data> data);

 private:
  friend class Session;
  // Shared with every session made from it, so that the engine may go first.
  std::shared_ptr<const Data> data_;
};

class ThreadPool;

// Threads that any number of sessions share. While one session has them the
// others do without, each on the thread that called Run: a hundred sessions
// start no more threads than one.
class Workers {
 public:
  // threads: 1 and up, the thread that calls Run included; 0 = as many as the
  //          process may run on.
  // errors:  kUsage for a number that makes no sense, kFailed if the system
  //          starts no more threads.
  static Result<Workers> Create(int threads);
  Workers() = default;  // none

  int threads() const;

 private:
  friend class Session;
  explicit Workers(std::shared_ptr<ThreadPool> pool) : pool_(std::move(pool)) {}
  // Shared by the sessions that were given it; its threads end with the last.
  std::shared_ptr<ThreadPool> pool_;
};

struct SessionOptions {
  // 1 and up; 0 = as many as the process may run on. All sessions of a process
  // with as many threads share their workers.
  int threads = 1;
  int profile = 0;
  // "scalar", "avx2", "avx512vnni"; empty: what OCTET_CPU says, else the best
  // that this machine has.
  std::string cpu = {};
  // The most memory that the session may take; 0 = what the machine has.
  int64_t max_bytes = 0;
  // Shared with the other sessions that are given them, and with no others;
  // `threads` does not count then.
  Workers workers = {};
  // Values stay in memory when nobody in a run reads them any more, for
  // RunSteps; takes more memory.
  bool keeps_values = false;
};

// One call of a kernel.
struct StepInfo {
  std::string name;
  std::string node;       // of the original model
  std::string kernel;     // "conv_u8_avx512vnni", ...
  std::string precision;  // "int8", "fp32", "move"
  std::string reason;
  uint64_t macs = 0;
};

struct StepTime {
  int64_t runs = 0;
  int64_t total_ns = 0;
  int64_t min_ns = 0;
};

struct MemoryUse {
  int64_t weight_bytes = 0;  // in the engine, shared between its sessions
  int64_t arena_bytes = 0;   // inputs, outputs and everything between
  // Of all threads together, as far as the arena has no room for it while a
  // step needs it.
  int64_t scratch_bytes = 0;
  // Of the arena, the most that is needed at one time; 0: the engine does not
  // say. No arena of these values could be smaller.
  int64_t live_bytes = 0;

  // What the session takes for itself.
  int64_t session_bytes() const { return arena_bytes + scratch_bytes; }
};

// A value in a session's memory, valid until the next step runs. Row-major,
// but for the distance between two neighbours on the axis before the last,
// which is pixel_stride elements: a value may be some channels of a wider one.
struct TensorView {
  std::string_view name;
  DType dtype = DType::kF32;
  Shape shape;
  const std::byte* data = nullptr;
  int64_t pixel_stride = 0;
  std::span<const float> scale;  // as in ValueInfo
  std::span<const int32_t> zero_point;
  int64_t sample = 0;  // of those that a run takes one by one

  bool is_dense() const {
    return shape.rank() == 0 || pixel_stride == shape[shape.rank() - 1];
  }
};

// The elements of a view, copied, dense.
Tensor CopyDense(const TensorView& view);
// The same as f32: u8 with a scale is dequantized, other types are converted.
Tensor CopyAsF32(const TensorView& view);

// Called by Run with each value once it is complete, in the order of the
// steps. step is the index of the step that completed it, -1 for the inputs.
// A value that no step writes as a whole (a concatenation whose parts were
// written in place, a reshape) comes just before it is first read. Where the
// samples of a batch are taken one by one, all comes once for each, with the
// shape of one.
using Tap = std::function<void(int step, const TensorView& value)>;

// As a Tap, but may change the value's elements (those that the view shows)
// before they are read: the steps behind it see what it leaves there.
using Edit =
    std::function<void(int step, const TensorView& value, std::byte* data)>;

class Session {
 public:
  // Allocates everything that running needs.
  //   errors: kUsage for a wrong option, kUnsupported for a CPU level that
  //           this machine has not, kFailed if memory or threads run out.
  static Result<Session> Create(const Engine& engine,
                                const SessionOptions& options = {});
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

  const std::vector<ValueInfo>& inputs() const;
  const std::vector<ValueInfo>& outputs() const;

  // The memory of an input (output), dense. Inputs are read by Run and may be
  // overwritten by it: write all of them before each run. Outputs stand until
  // an input is written or Run is called. i is in range, or it is empty.
  std::span<std::byte> input(int i);
  std::span<const std::byte> output(int i) const;

  // Copies a tensor in (out), with its dtype and shape checked.
  //   errors: kUsage if there is no such input; kBadInput for a wrong dtype or
  //           shape, and the message says the right one.
  Status SetInput(int i, const Tensor& tensor);
  Result<Tensor> GetOutput(int i) const;

  // Samples that a run takes one by one; 1 where all are computed at once.
  int64_t batch() const;

  // Runs all steps. Allocates nothing. The bytes of the outputs do not depend
  // on the number of threads. After an error they hold nothing of use.
  // An engine for a batch may have been compiled to take its samples (along the
  // first axis of inputs and outputs) one by one: then each thread runs whole
  // samples, if there are as many of them.
  //   errors: kUsage if another thread is running this session; kBadInput if
  //           an index that the model reads from an input is out of range.
  Status Run();

  // For tools that change a value and ask what becomes of it: runs these steps
  // alone, in this order, on what the memory holds, and calls no tap. It means
  // something only where the engine was lowered so that no values share memory
  // and the session keeps them.
  //   errors: kUsage for a step that there is not, or if the samples of a batch
  //           are taken one by one; else as Run.
  Status RunSteps(std::span<const int> steps);
  // The memory of inputs, outputs and all between, as the Program places them;
  // of one sample, where those of a batch are taken one by one.
  std::span<std::byte> arena();

  // Empty removes it. With a tap, Run is slower and may allocate.
  void SetTap(Tap tap);
  void SetEdit(Edit edit);

  // Steps are timed while this is on; times add up until ResetTimes(). The
  // samples of a batch then follow one another, each on all threads.
  void SetTiming(bool on);
  void ResetTimes();
  const std::vector<StepInfo>& steps() const;
  const std::vector<StepTime>& times() const;  // one a step

  std::string_view cpu() const;  // the level that was chosen
  int threads() const;
  MemoryUse memory() const;

  struct Impl;

 private:
  explicit Session(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace octet

#endif  // OCTET_RUNTIME_H_
