// How much accuracy one engine loses against another, and how well that is
// known.
#ifndef OCTET_COMPILE_SEARCH_DROP_H_
#define OCTET_COMPILE_SEARCH_DROP_H_

#include "octet/accuracy.h"

namespace octet::compile {

struct Drop {
  double mean = 0;
  double error = 0;  // standard, over samples

  // What it is shown to be at least, and at most.
  double least() const { return mean - error; }
  double most() const { return mean + error; }
};

// Whether it is not shown to be more than `most`: never where it is NaN.
bool IsAtMost(const Drop& drop, double most);
// Whether it is shown to be no more than that: never where it is NaN.
bool IsShownAtMost(const Drop& drop, double most);

// The error is that of the difference, sample against same sample, by the
// jackknife over groups: what both find hard does not count as error. Source:
// Efron and Stein, Annals of Statistics 9, 1981.
//   from, to: of the same samples; with other numbers of groups, or fewer than
//             two, the error is 0.
Drop DropBetween(const Accuracy& from, const Accuracy& to);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_DROP_H_
