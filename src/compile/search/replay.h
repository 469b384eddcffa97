// What becomes of a float model when one of its values is stored in codes, or
// one of its nodes computes with them: the model is run once on a sample, then
// only what lies behind.
#ifndef OCTET_COMPILE_SEARCH_REPLAY_H_
#define OCTET_COMPILE_SEARCH_REPLAY_H_

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/quant.h"
#include "compile/ir/graph.h"
#include "compile/plan/plan.h"
#include "compile/plan/protect.h"
#include "octet/runtime.h"

namespace octet::compile {

// What all replays of a model share. Immutable.
class ReplayProgram {
 public:
  // plan:   complete; says in which codes each reader sees a value.
  // stored, nodes: what to replay from: the cuts, in this order.
  // looks:  names of the values that are looked at; what leads to none of them
  //         is never run again.
  static Result<ReplayProgram> Create(const Graph& graph, const Plan& plan,
                                      const std::vector<StoredValue>& stored,
                                      const std::vector<NodeId>& nodes,
                                      const std::vector<std::string>& looks);

  const Engine& engine() const { return engine_; }
  size_t cuts() const { return cuts_.size(); }
  const std::vector<Shape>& look_shapes() const { return look_shapes_; }

 private:
  friend class Replay;
  // Memory that one value, and views of it, occupy.
  struct Buffer {
    int64_t offset = 0, bytes = 0;
  };
  // Rounded by each in turn; none: exact.
  using Version = std::vector<QuantParams>;
  struct Rerun {
    int step = 0;
    int version = -1;  // in which it reads the cut's value; -1: it does not
  };
  // A value as a node reads it.
  struct Read {
    int buffer = -1;
    int64_t elements = 0;
    Version rounds;
  };
  // What has to be done for one stored value, or for one node.
  struct Cut {
    int buffer = -1;  // of the value, or of what the node makes
    int64_t elements = 0;
    std::vector<Version> versions;
    std::vector<int> steps;  // the node's own, to run with coded weights
    std::vector<Read> reads;
    bool is_node() const { return !steps.empty(); }
    std::vector<Rerun> reruns;
    std::vector<int> refreshed;  // buffers that must be exact before
    std::vector<int> written;
    int float_version = 0;  // what a float reader sees
  };
  class Builder;

  Engine engine_{nullptr};
  Engine coded_{nullptr};  // its nodes' weights are what codes stand for
  std::vector<Buffer> buffers_;
  std::vector<Cut> cuts_;         // by stored value
  std::vector<int> look_buffer_;  // by look
  std::vector<Shape> look_shapes_;
};

// One thread's memory.
class Replay {
 public:
  // program: outlives the replay.
  static Result<Replay> Create(const ReplayProgram& program);

  // Runs the float model on a sample. errors: kBadInput naming it.
  Status Load(const std::vector<Tensor>& inputs, const std::string& sample);

  // Stores one value as its readers see it in int8, or has one node read codes
  // and its weights in them, all else being exact.
  //   returns: as OwnError.
  Result<double> Store(size_t cut);
  // The error of the value itself or at the node's output, without a run of
  // what lies behind: noise over signal, in power.
  Result<double> OwnError(size_t cut);

  // Noise over signal after Store, in power, in the mean over the first looks.
  double NoiseAt(size_t looks) const;
  // The looks after Load (exact) and after Store (empty where nothing changed).
  std::span<const float> Exact(size_t look) const;
  std::span<const float> Changed(size_t look) const;

 private:
  Replay(const ReplayProgram& program, Session exact, Session changed,
         Session coded)
      : program_(&program),
        exact_(std::move(exact)),
        changed_(std::move(changed)),
        coded_(std::move(coded)) {}

  void Refresh(int buffer);
  void Copy(int buffer, Session& from);  // to changed_
  void Write(const ReplayProgram::Read& read, Session& to);
  void Write(const ReplayProgram::Cut& cut, int version);
  double NoiseIn(const ReplayProgram::Cut& cut, Session& other);
  std::span<float> Floats(Session& session, int buffer) const;

  const ReplayProgram* program_;
  Session exact_, changed_, coded_;
  std::vector<bool> fresh_;  // by buffer: holds what the exact one holds
  std::vector<bool> differs_;
};

// One for each thread.
Result<std::vector<std::unique_ptr<Replay>>> ReplaysOf(
    const ReplayProgram& program, int threads);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_REPLAY_H_
