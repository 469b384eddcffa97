// The middle of some numbers.
#ifndef OCTET_COMPILE_SEARCH_MEDIAN_H_
#define OCTET_COMPILE_SEARCH_MEDIAN_H_

#include <vector>

namespace octet::compile {

// Of those above 0, the upper one of two in the middle; 0 if there is none.
// What is 0 throughout is in nobody's way.
double MedianOfPositive(std::vector<double> x);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_MEDIAN_H_
