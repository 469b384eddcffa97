// Average precision of a detector as COCO defines it.
//
// A detection is right if it overlaps an object of its class that no better
// detection has taken; precision is averaged over recall 0, .01, .. 1, and
// that over intersections over union .50, .55, .. .95 and over classes. The
// numbers equal those of pycocotools' COCOeval to rounding, its treatment of
// ties, crowds and ignored sizes included.
// Source: cocodataset.org, "Detection Evaluation".
#ifndef OCTET_EVALUATE_METRICS_COCO_MAP_H_
#define OCTET_EVALUATE_METRICS_COCO_MAP_H_

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "evaluate/coco_truth.h"
#include "evaluate/metrics/interval.h"
#include "octet/status.h"

namespace octet::evaluate {

inline constexpr int kIouSteps = 10;
inline constexpr int kAreaRanges = 4;  // all, small, medium, large

// A detection in pixels: left, top, width, height.
struct CocoDetection {
  int64_t image_id = 0;
  int64_t category_id = 0;
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
  double score = 0;
};

// How each detection of a class fared, in falling order of score. Bit t of a
// mask belongs to intersection over union .50 + .05 t.
struct MatchedDetection {
  double score = 0;
  int32_t image = 0;     // index among the images by ascending id
  int32_t place = 0;     // among the image's detections of the class, from 0
  uint16_t right = 0;    // took an object
  uint16_t ignored = 0;  // took a crowd or an object of another size, or has
                         // another size itself and took none
};

struct ClassMatches {
  std::vector<MatchedDetection> detections;
  // Objects that count, by image; images without any are left out.
  struct Objects {
    int32_t image = 0;
    int32_t count = 0;
  };
  std::vector<Objects> objects;
};

struct CocoMatches {
  int64_t images = 0;
  std::vector<TruthCategory> categories;
  // matches[range][category]
  std::array<std::vector<ClassMatches>, kAreaRanges> matches;
};

// The twelve numbers of COCO's summary, and one for each class. -1 where
// nothing could be found (no object of that size).
struct CocoScore {
  double ap = -1;  // intersection over union .50:.05:.95, 100 detections
  double ap50 = -1;
  double ap75 = -1;
  double ap_small = -1;   // area below 32^2
  double ap_medium = -1;  // 32^2 .. 96^2
  double ap_large = -1;   // above 96^2
  double ar_1 = -1;       // recall with the best 1, 10, 100 of a picture
  double ar_10 = -1;
  double ar_100 = -1;
  double ar_small = -1;
  double ar_medium = -1;
  double ar_large = -1;
  std::vector<double> class_ap;  // by ascending category id
};

// Matches detections with objects. The order of detections breaks ties.
// Detections of an unlisted category or whose score is NaN do not count.
//   errors: kBadInput if a detection names an unlisted image.
Result<CocoMatches> MatchDetections(const CocoTruth& truth,
                                    std::span<const CocoDetection> detections);

CocoScore Score(const CocoMatches& matches);

// Score().ap, or ap50, without the pictures of each group (groups.h). 0 where
// no object is left.
std::vector<double> PrecisionsWithoutEach(const CocoMatches& matches,
                                          bool at50);

// 95 % interval of `ap` by drawing pictures with replacement, `rounds` times;
// the same seed gives the same interval.
Interval BootstrapInterval(const CocoMatches& matches, int rounds,
                           uint64_t seed);

// 95 % interval of one's `ap` (at50: `ap50`) less that of the other on the same
// pictures, drawn as BootstrapInterval draws them.
Interval BootstrapDifference(const CocoMatches& one, const CocoMatches& other,
                             bool at50, int rounds, uint64_t seed);

}  // namespace octet::evaluate

#endif  // OCTET_EVALUATE_METRICS_COCO_MAP_H_
