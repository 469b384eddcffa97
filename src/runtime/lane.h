// The steps of a profile bound to memory, as kernels that run one sample after
// the other.
//
// A session without a batch has one lane, whose steps are cut into parts for
// all workers. With a batch it has one for each worker besides: samples do not
// meet, so that each worker runs whole samples, and nobody waits for another
// between steps.
#ifndef OCTET_RUNTIME_LANE_H_
#define OCTET_RUNTIME_LANE_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/cpu.h"
#include "base/thread_pool.h"
#include "engine/program.h"
#include "octet/status.h"
#include "runtime/addresses.h"
#include "runtime/batch_borders.h"
#include "runtime/bind.h"
#include "runtime/quant_table.h"
#include "runtime/scratch_places.h"

namespace octet::runtime {

// What all lanes of a session have in common; outlives them.
struct LaneSource {
  const engine::ProfileT* profile = nullptr;
  const std::byte* constants = nullptr;
  QuantTable quants;
  BatchBorders borders;
  CpuLevel level = CpuLevel::kScalar;
};

class Lane {
 public:
  // threads: that the parts of a step are handed to.
  Lane(const LaneSource& source, int threads);

  // Binds all steps, again if they were bound before.
  //   border_memory: of the whole batch.
  void Bind(std::byte* arena, std::byte* border_memory);
  // What the bound steps need, and where they get it: behind the arena there is
  // room for it.
  std::vector<ScratchNeed> ScratchNeeds() const;
  void SetScratch(ScratchPlaces scratch) { scratch_ = std::move(scratch); }

  size_t steps() const { return bound_.size(); }
  const BoundStep& step(size_t i, int64_t sample) const;
  // Where a value lies; a constant may be an output, and is not written.
  std::byte* At(const engine::ValueT& value, int64_t sample) const;

  // Before the first step and behind the last: copies the inputs and outputs
  // that are not used where they lie.
  void Enter(int64_t sample) const;
  void Leave(int64_t sample) const;
  // One step, its parts handed to the pool, if there is one.
  void RunStep(size_t i, int64_t sample, ThreadPool* pool) const;
  // A whole sample on the calling thread.
  Status RunSample(int64_t sample) const;

 private:
  Addresses AddressesOf(int64_t sample) const;

  const LaneSource* source_;
  int threads_;
  std::byte* arena_ = nullptr;
  std::byte* border_memory_ = nullptr;
  ScratchPlaces scratch_;
  std::vector<BoundStepPtr> bound_;
  // By step and sample, of those steps whose addresses differ by sample.
  std::vector<std::vector<BoundStepPtr>> by_sample_;
};

}  // namespace octet::runtime

#endif  // OCTET_RUNTIME_LANE_H_
