// What of a session's memory holds something that is still needed, at one
// moment of a run. A run is walked from its end: what a step reads lives from
// there back to the step that wrote it.
//
// A part of a concatenation is written with gaps between its pixels, into
// memory that is read as one value later. So of a stretch of memory only some
// bytes of every `stride` may live. Where that gets too varied, the stretch
// counts as alive in whole: too much may count as alive, never too little.
//
// Time: a call takes the logarithm of the stretches, or as much for each that
// it takes away.
#ifndef OCTET_RUNTIME_LIVE_MEMORY_H_
#define OCTET_RUNTIME_LIVE_MEMORY_H_

#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "runtime/access.h"
#include "runtime/bands.h"

namespace octet::runtime {

class LiveMemory {
 public:
  // What is taken starts at a multiple of it: two lines, so that the prefetcher
  // of one worker does not fetch what another writes.
  static constexpr int64_t kAlignment = 128;

  LiveMemory();  // nothing lives

  void Add(const Access& access);
  void Remove(const Access& access);

  // Where the smallest gap begins that so many bytes fit in, with kBufferSlack
  // between them and what lives on either side; behind all that lives there is
  // one without end. Taken until GiveBack.
  int64_t Take(int64_t bytes);
  void GiveBack();

 private:
  // Memory up to `end`. Where there is a stride, the bytes live whose address
  // modulo `stride` is in `bands`, else all.
  struct Stretch {
    int64_t end;
    int64_t stride = 0;
    Bands bands = {};
  };
  using Stretches = std::map<int64_t, Stretch>;  // by where they begin
  struct Gap {
    int64_t bytes, begin;
    auto operator<=>(const Gap&) const = default;
  };

  void Insert(int64_t begin, const Stretch& stretch);
  Stretches::iterator Erase(Stretches::iterator stretch);
  // Makes what lies in [begin, end) stretches of their own.
  Stretches::iterator Cut(int64_t begin, int64_t end);
  void SplitAt(int64_t at);
  // How far what lives goes on from `at` without a gap, up to here.
  int64_t RunBegin(int64_t at, int64_t least) const;
  int64_t RunEnd(int64_t at, int64_t most) const;
  bool HasFew(int64_t begin, int64_t end) const;
  void SetGap(int64_t before_end, int64_t next_begin, bool there);

  Stretches stretches_;  // apart; one lies before all memory and one behind
  std::set<Gap> gaps_;   // that something fits in
  std::vector<int64_t> taken_;
};

}  // namespace octet::runtime

#endif  // OCTET_RUNTIME_LIVE_MEMORY_H_
