// How a plan stores each value, against what calibration saw of it: what a
// report shows of the choice of ranges.
#ifndef OCTET_COMPILE_CALIBRATE_STORED_VALUES_H_
#define OCTET_COMPILE_CALIBRATE_STORED_VALUES_H_

#include "compile/calibrate/ranges.h"
#include "compile/ir/graph.h"
#include "compile/plan/plan.h"
#include "octet/compiler.h"

namespace octet::compile {

// As octet::DescribeValues. Values that `ranges` has not seen are listed with
// their forms alone.
std::vector<StoredValue> DescribeValues(const Graph& graph,
                                        const Ranges& ranges, const Plan& plan);

// The number of neighbouring bins to join, a power of two, so that those in
// use fit StoredValue::kMostBins.
int BinsToJoin(int first, int last);

// Real units below which `share` of the seen elements lie, by their bins.
double QuantileOf(const Histogram& histogram, double share);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_CALIBRATE_STORED_VALUES_H_
