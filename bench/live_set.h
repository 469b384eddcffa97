// The memory that a program needs at least, given the order of its steps and
// which of its values share memory: what its arena is held against.
#ifndef OCTET_BENCH_LIVE_SET_H_
#define OCTET_BENCH_LIVE_SET_H_

#include <cstdint>

#include "engine/program.h"

namespace octet {

// The most bytes of the arena that mean something while one step runs: those
// that it reads or writes, and those that a later step reads before it writes
// them or that are outputs. `profile` is a valid one. Bytes between the rows of
// a value that is part of a wider one are not its own.
int64_t LiveSetBytes(const engine::ProfileT& profile);

}  // namespace octet

#endif  // OCTET_BENCH_LIVE_SET_H_
