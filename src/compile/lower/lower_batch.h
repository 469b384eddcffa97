// How a batch is lowered: as one network, or as that of one sample, run for
// each.
#ifndef OCTET_COMPILE_LOWER_LOWER_BATCH_H_
#define OCTET_COMPILE_LOWER_LOWER_BATCH_H_

#include "compile/ir/graph.h"
#include "compile/lower/lower.h"
#include "compile/plan/plan.h"

namespace octet::compile {

// Lower() for an engine. A graph whose samples do not meet (FindOneSample) is
// lowered for one of them, with Profile.batch: what a step writes then is
// still in a cache when the next one reads it, where a value of the whole batch
// comes back from memory, and workers need not wait for each other. Weights
// are read for each sample then, so that a network that has more weights than
// values (a recommender, BERT) is lowered whole. The results are those that an
// engine for one sample has.
Result<Lowered> LowerBatch(const Graph& graph, const Plan& plan);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_LOWER_LOWER_BATCH_H_
