// Boxes as they come out of a detection head.
#ifndef OCTET_VISION_DECODE_CANDIDATE_H_
#define OCTET_VISION_DECODE_CANDIDATE_H_

namespace octet::vision {

// Corners in pixels, x to the right, y down; x1 and y1 lie beyond the last
// pixel.
struct Box {
  double x0 = 0;
  double y0 = 0;
  double x1 = 0;
  double y1 = 0;

  bool operator==(const Box&) const = default;
};

// One (box, class) pair. A place with several likely classes gives several.
struct Candidate {
  Box box;  // in pixels of the model's input
  int class_index = 0;
  float score = 0;
};

}  // namespace octet::vision

#endif  // OCTET_VISION_DECODE_CANDIDATE_H_
