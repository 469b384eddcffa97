// First half of COCO's average precision: which detection found which object.
#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "base/error.h"
#include "evaluate/metrics/coco_map.h"

namespace octet::evaluate {
namespace {

constexpr size_t kMostDetections = 100;  // of one class in one picture

struct AreaRange {
  double low;
  double high;
};
constexpr AreaRange kRanges[kAreaRanges] = {
    {0, 1e10}, {0, 32.0 * 32}, {32.0 * 32, 96.0 * 96}, {96.0 * 96, 1e10}};

bool IsOutside(double area, const AreaRange& range) {
  return area < range.low || area > range.high;
}

// .50, .55, .. as a straight line is divided, with its rounding; a detection
// on the edge must fall to the same side as in other tools.
std::array<double, kIouSteps> IouThresholds() {
  std::array<double, kIouSteps> thresholds;
  constexpr double kLow = 0.5;
  constexpr double kHigh = 0.95;
  const double step = (kHigh - kLow) / (kIouSteps - 1);
  for (int t = 0; t < kIouSteps; ++t) thresholds[size_t(t)] = t * step + kLow;
  thresholds.back() = kHigh;
  return thresholds;
}

// A crowd may hold many objects: a detection inside it overlaps it fully.
double Overlap(const CocoDetection& d, const TruthBox& g) {
  const double w = std::min(d.width + d.x, g.width + g.x) - std::max(d.x, g.x);
  const double h =
      std::min(d.height + d.y, g.height + g.y) - std::max(d.y, g.y);
  if (w <= 0 || h <= 0) return 0;
  const double inter = w * h;
  const double own = d.width * d.height;
  return inter / (g.crowd ? own : own + g.width * g.height - inter);
}

// One class in one picture.
struct Group {
  std::vector<const TruthBox*> objects;
  std::vector<const CocoDetection*> detections;
};

class GroupMatcher {
 public:
  GroupMatcher(const Group& group, int32_t image)
      : image_(image), detections_(group.detections), objects_(group.objects) {
    std::ranges::stable_sort(detections_, [](const auto* a, const auto* b) {
      return a->score > b->score;
    });
    if (detections_.size() > kMostDetections) {
      detections_.resize(kMostDetections);
    }
  }

  void Match(const AreaRange& range, ClassMatches* matches) {
    OrderObjects(range);
    overlaps_.clear();
    for (const CocoDetection* d : detections_) {
      for (const TruthBox* g : objects_) overlaps_.push_back(Overlap(*d, *g));
    }
    std::vector<MatchedDetection> matched(detections_.size());
    for (size_t i = 0; i < detections_.size(); ++i) {
      matched[i].score = detections_[i]->score;
      matched[i].image = image_;
      matched[i].place = int32_t(i);
    }
    const std::array<double, kIouSteps> thresholds = IouThresholds();
    for (int t = 0; t < kIouSteps; ++t) {
      MatchAt(thresholds[size_t(t)], uint16_t(1 << t), range, matched);
    }
    matches->detections.insert(matches->detections.end(), matched.begin(),
                               matched.end());
    if (counted_ > 0) {
      matches->objects.push_back({image_, int32_t(counted_)});
    }
  }

 private:
  // Objects that count come first, so that one of them is preferred.
  void OrderObjects(const AreaRange& range) {
    const auto ignored = [&](const TruthBox* g) {
      return g->crowd || IsOutside(g->area, range);
    };
    // From the original order each time: the sort must not depend on the
    // ranges looked at before.
    if (original_.empty()) original_ = objects_;
    objects_ = original_;
    const auto rest = std::ranges::stable_partition(
        objects_, [&](const TruthBox* g) { return !ignored(g); });
    counted_ = objects_.size() - rest.size();
  }

  // The object that detection `i` takes, or -1. `taken` objects are gone,
  // except crowds.
  int64_t BestObject(size_t i, double threshold,
                     const std::vector<bool>& taken) const {
    double best = std::min(threshold, 1 - 1e-10);
    int64_t found = -1;
    for (size_t g = 0; g < objects_.size(); ++g) {
      if (taken[g] && !objects_[g]->crowd) continue;
      // An object that counts is not given up for one that does not.
      if (found >= 0 && size_t(found) < counted_ && g >= counted_) break;
      const double overlap = overlaps_[i * objects_.size() + g];
      if (overlap < best) continue;
      best = overlap;
      found = int64_t(g);
    }
    return found;
  }

  void MatchAt(double threshold, uint16_t bit, const AreaRange& range,
               std::vector<MatchedDetection>& matched) const {
    std::vector<bool> taken(objects_.size(), false);
    for (size_t i = 0; i < detections_.size(); ++i) {
      const int64_t g = BestObject(i, threshold, taken);
      const double area = detections_[i]->width * detections_[i]->height;
      // An object of id 0 counts as not found by those who found it: that is
      // what COCOeval does, which uses 0 for "none".
      const bool is_right = g >= 0 && objects_[size_t(g)]->id != 0;
      if (is_right) matched[i].right |= bit;
      if (g >= 0) taken[size_t(g)] = true;
      const bool ignored = (g >= 0 && size_t(g) >= counted_) ||
                           (!is_right && IsOutside(area, range));
      if (ignored) matched[i].ignored |= bit;
    }
  }

  int32_t image_;
  std::vector<const CocoDetection*> detections_;
  std::vector<const TruthBox*> objects_;
  std::vector<const TruthBox*> original_;
  size_t counted_ = 0;
  std::vector<double> overlaps_;  // [detection][object]
};

using Groups = std::vector<std::map<int32_t, Group>>;  // [category]{image}

std::unordered_map<int64_t, int32_t> ImageIndices(const CocoTruth& truth) {
  std::vector<int64_t> ids;
  for (const TruthImage& image : truth.images) ids.push_back(image.id);
  std::ranges::sort(ids);
  std::unordered_map<int64_t, int32_t> indices;
  for (size_t i = 0; i < ids.size(); ++i) indices[ids[i]] = int32_t(i);
  return indices;
}

Result<Groups> MakeGroups(const CocoTruth& truth,
                          std::span<const CocoDetection> detections) {
  const std::unordered_map<int64_t, int32_t> images = ImageIndices(truth);
  std::unordered_map<int64_t, size_t> categories;
  for (size_t c = 0; c < truth.categories.size(); ++c) {
    categories[truth.categories[c].id] = c;
  }
  Groups groups(truth.categories.size());
  for (const TruthBox& box : truth.boxes) {
    const auto image = images.find(box.image_id);
    const auto category = categories.find(box.category_id);
    if (image == images.end() || category == categories.end()) continue;
    groups[category->second][image->second].objects.push_back(&box);
  }
  for (const CocoDetection& d : detections) {
    const auto image = images.find(d.image_id);
    if (image == images.end()) {
      return BadInput(
          "a detection names image {}, which the annotations do "
          "not list",
          d.image_id);
    }
    const auto category = categories.find(d.category_id);
    if (category == categories.end() || std::isnan(d.score)) continue;
    groups[category->second][image->second].detections.push_back(&d);
  }
  return groups;
}

}  // namespace

Result<CocoMatches> MatchDetections(const CocoTruth& truth,
                                    std::span<const CocoDetection> detections) {
  OCTET_ASSIGN(const Groups groups, MakeGroups(truth, detections));
  CocoMatches result;
  result.images = int64_t(truth.images.size());
  result.categories = truth.categories;
  for (auto& range : result.matches) range.resize(groups.size());
  for (size_t c = 0; c < groups.size(); ++c) {
    for (const auto& [image, group] : groups[c]) {
      GroupMatcher matcher(group, image);
      for (size_t a = 0; a < kAreaRanges; ++a) {
        matcher.Match(kRanges[a], &result.matches[a][c]);
      }
    }
    for (auto& range : result.matches) {
      std::ranges::stable_sort(
          range[c].detections,
          [](const auto& x, const auto& y) { return x.score > y.score; });
    }
  }
  return result;
}

}  // namespace octet::evaluate
