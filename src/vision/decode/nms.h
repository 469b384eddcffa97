// Non-maximum suppression: of several boxes on one object, the best.
#ifndef OCTET_VISION_DECODE_NMS_H_
#define OCTET_VISION_DECODE_NMS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "vision/decode/candidate.h"

namespace octet::vision {

// Best candidates of one class that take part; a bound on the quadratic work.
inline constexpr std::size_t kMaxCandidatesPerClass = 1000;

// Keeps, class by class, each candidate in falling order of score whose box
// does not overlap a kept one by more than `iou` (intersection over union);
// then the `most` best of all classes, best first. Equal scores keep their
// order, classes ascending. Boxes that are not numbers are dropped.
std::vector<Candidate> Suppress(std::vector<Candidate> candidates, double iou,
                                int64_t most);

// Area of the intersection over that of the union; 0 for empty boxes.
double IntersectionOverUnion(const Box& a, const Box& b);

}  // namespace octet::vision

#endif  // OCTET_VISION_DECODE_NMS_H_
