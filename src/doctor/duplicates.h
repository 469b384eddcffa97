// Samples that are there twice, or nearly: they count twice in every
// histogram and hide that the set is small.
#ifndef OCTET_DOCTOR_DUPLICATES_H_
#define OCTET_DOCTOR_DUPLICATES_H_

#include <optional>
#include <span>

#include "doctor/sample_facts.h"

namespace octet::doctor {

struct Duplicate {
  size_t first = 0, again = 0;  // in the list of facts
  bool exact = false;
};

// Each sample that repeats an earlier one, once. Equal contents are exact;
// pictures whose thumbnails differ by less than 2 % of the spread between
// pictures are near: the same file saved anew, frames of a standing camera.
std::vector<Duplicate> ListDuplicates(std::span<const SampleFacts> facts);

// When more than one sample in twenty repeats another.
std::optional<Finding> FindDuplicates(std::span<const SampleFacts> facts);

}  // namespace octet::doctor

#endif  // OCTET_DOCTOR_DUPLICATES_H_
