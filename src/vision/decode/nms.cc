#include "vision/decode/nms.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace octet::vision {
namespace {

bool IsNumber(const Candidate& candidate) {
  const Box& box = candidate.box;
  return !std::isnan(box.x0 + box.y0 + box.x1 + box.y1) &&
         !std::isnan(candidate.score);
}

double Area(const Box& box) { return (box.x1 - box.x0) * (box.y1 - box.y0); }

double Intersection(const Box& a, const Box& b) {
  const double w = std::min(a.x1, b.x1) - std::max(a.x0, b.x0);
  const double h = std::min(a.y1, b.y1) - std::max(a.y0, b.y0);
  return std::max(w, 0.0) * std::max(h, 0.0);
}

bool Overlaps(const Box& a, const Box& b, double iou) {
  const double inter = Intersection(a, b);
  return !(inter <= iou * (Area(a) + Area(b) - inter));
}

// `sorted`: of one class, best first.
void SuppressClass(std::span<const Candidate> sorted, double iou,
                   std::vector<Candidate>* kept) {
  const size_t first = kept->size();
  for (const Candidate& candidate : sorted) {
    const bool hidden =
        std::any_of(kept->begin() + std::ptrdiff_t(first), kept->end(),
                    [&](const Candidate& better) {
                      return Overlaps(better.box, candidate.box, iou);
                    });
    if (!hidden) kept->push_back(candidate);
  }
}

bool HigherScore(const Candidate& a, const Candidate& b) {
  return a.score > b.score;
}

}  // namespace

std::vector<Candidate> Suppress(std::vector<Candidate> candidates, double iou,
                                int64_t most) {
  std::erase_if(candidates, [](const Candidate& c) { return !IsNumber(c); });
  std::ranges::stable_sort(candidates,
                           [](const Candidate& a, const Candidate& b) {
                             if (a.class_index != b.class_index) {
                               return a.class_index < b.class_index;
                             }
                             return HigherScore(a, b);
                           });
  std::vector<Candidate> kept;
  size_t begin = 0;
  while (begin < candidates.size()) {
    size_t end = begin;
    while (end < candidates.size() &&
           candidates[end].class_index == candidates[begin].class_index) {
      ++end;
    }
    const size_t count = std::min(end - begin, kMaxCandidatesPerClass);
    SuppressClass(std::span(candidates).subspan(begin, count), iou, &kept);
    begin = end;
  }
  std::ranges::stable_sort(kept, HigherScore);
  if (int64_t(kept.size()) > most)
    kept.resize(size_t(std::max<int64_t>(most, 0)));
  return kept;
}

double IntersectionOverUnion(const Box& a, const Box& b) {
  const double inter = Intersection(a, b);
  const double whole = Area(a) + Area(b) - inter;
  return whole > 0 ? inter / whole : 0;
}

}  // namespace octet::vision
