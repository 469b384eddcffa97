#include "doctor/sample_facts.h"

#include <algorithm>
#include <cmath>
#include <mutex>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/error.h"
#include "base/thread_pool.h"

namespace octet::doctor {
namespace {

constexpr int64_t kCells = 16;
// Blank samples do no harm as long as they are few.
constexpr double kMostConstant = 0.05;

void AddNumbers(const Tensor& tensor, SampleFacts& facts, bool& varies) {
  const auto x = tensor.as<float>();
  for (const float v : x) {
    if (!std::isfinite(v)) {
      ++facts.non_finite;
      continue;
    }
    facts.low = std::min(facts.low, v);
    facts.high = std::max(facts.high, v);
    varies = varies || v != x[0];
  }
}

void AddThumbnail(const Tensor& tensor, const vision::InputForm& form,
                  SampleFacts& facts) {
  const auto x = tensor.as<float>();
  const int64_t h = form.height, w = form.width, channels = form.channels;
  const bool planar = form.layout == vision::Layout::kNchw;
  std::vector<double> sums(size_t(kCells * kCells * channels));
  std::vector<int64_t> counts(sums.size());
  for (int64_t c = 0; c < channels; ++c) {
    for (int64_t row = 0; row < h; ++row) {
      for (int64_t column = 0; column < w; ++column) {
        const int64_t cell =
            (c * kCells + row * kCells / h) * kCells + column * kCells / w;
        const int64_t at = planar ? (c * h + row) * w + column
                                  : (row * w + column) * channels + c;
        sums[size_t(cell)] += double(x[size_t(at)]);
        ++counts[size_t(cell)];
      }
    }
  }
  double sum = 0, squares = 0, cells = 0;
  for (size_t i = 0; i < sums.size(); ++i) {
    if (counts[i] == 0) continue;  // pictures smaller than the grid
    const double mean = sums[i] / double(counts[i]);
    facts.thumbnail.push_back(float(mean));
    sum += mean;
    squares += mean * mean;
    ++cells;
  }
  facts.brightness = sum / cells;
  facts.contrast = std::sqrt(
      std::max(0.0, squares / cells - facts.brightness * facts.brightness));
}

SampleFacts LookAt(const SampleSource& samples, int64_t index) {
  SampleFacts facts;
  facts.index = index;
  facts.name = samples.Name(index);
  const Result<std::vector<Tensor>> inputs = samples.Get(index);
  if (!inputs.ok()) {
    facts.error = inputs.status().message();
    return facts;
  }
  facts.low = HUGE_VALF;
  facts.high = -HUGE_VALF;
  bool varies = false, numbers = false;
  for (const Tensor& tensor : *inputs) {
    facts.content = XXH3_64bits_withSeed(tensor.raw(), size_t(tensor.bytes()),
                                         facts.content);
    if (tensor.dtype() != DType::kF32 || tensor.elements() < 2) continue;
    numbers = true;
    AddNumbers(tensor, facts, varies);
  }
  facts.constant = numbers && !varies && facts.non_finite == 0;
  const auto form =
      inputs->size() == 1 ? PictureInput((*inputs)[0]) : std::nullopt;
  if (form && facts.usable()) AddThumbnail((*inputs)[0], *form, facts);
  return facts;
}

Finding Useless(const std::string& kind, Severity severity,
                const std::vector<std::string>& names, size_t all,
                const std::string& what, const std::string& advice) {
  Finding finding;
  finding.kind = kind;
  finding.severity = severity;
  finding.found = fmt::format("{} of {} samples {}", names.size(), all, what);
  finding.evidence = FirstNames(names);
  finding.advice = advice;
  finding.numbers = {{"samples", double(names.size())}, {"of", double(all)}};
  finding.names = names;
  return finding;
}

}  // namespace

std::optional<vision::InputForm> PictureInput(const Tensor& input) {
  if (input.dtype() != DType::kF32) return std::nullopt;
  const auto form = vision::InputFormOf(input.shape());
  if (!form.ok() || input.shape()[0] != 1 || input.elements() == 0 ||
      (form->channels != 1 && form->channels != 3)) {
    return std::nullopt;
  }
  return *form;
}

Result<std::vector<SampleFacts>> LookAtSamples(const SampleSource& samples,
                                               int threads,
                                               const ProgressFn& progress) {
  OCTET_ASSIGN(const auto pool, ThreadPool::Create(threads));
  std::vector<SampleFacts> facts(size_t(samples.size()));
  std::mutex mutex;
  int64_t done = 0;
  pool->ParallelFor(samples.size(), [&](int64_t i, int) {
    facts[size_t(i)] = LookAt(samples, i);
    const std::lock_guard<std::mutex> lock(mutex);
    if (progress) progress(++done, samples.size());
  });
  return facts;
}

std::vector<Finding> FindUselessSamples(const std::vector<SampleFacts>& facts) {
  std::vector<std::string> unreadable, non_finite, constant;
  for (const SampleFacts& sample : facts) {
    if (!sample.error.empty()) {
      unreadable.push_back(sample.name);
    } else if (sample.non_finite > 0) {
      non_finite.push_back(sample.name);
    } else if (sample.constant) {
      constant.push_back(sample.name);
    }
  }
  std::vector<Finding> findings;
  if (!unreadable.empty()) {
    findings.push_back(Useless("unreadable", Severity::kError, unreadable,
                               facts.size(), "cannot be read",
                               "mend or remove these files"));
  }
  if (!non_finite.empty()) {
    findings.push_back(Useless(
        "non-finite", Severity::kError, non_finite, facts.size(),
        "hold NaN or infinite numbers",
        "mend what makes these samples: a division by zero, a logarithm of 0"));
  }
  if (double(constant.size()) > kMostConstant * double(facts.size())) {
    findings.push_back(Useless("constant", Severity::kWarning, constant,
                               facts.size(), "are one number throughout",
                               "remove them, or look at what reads them: a "
                               "covered lens, an empty file"));
  }
  return findings;
}

std::optional<Finding> FindUselessEvaluation(
    const std::vector<SampleFacts>& facts) {
  std::vector<std::string> names;
  std::string error;
  for (const SampleFacts& sample : facts) {
    if (sample.usable()) return std::nullopt;
    names.push_back(sample.name);
    if (error.empty()) error = sample.error;
  }
  Finding finding =
      Useless("useless-evaluation", Severity::kError, names, facts.size(),
              "to measure on cannot be used",
              "mend or replace the evaluation set: nothing was compared with "
              "it");
  if (!error.empty()) finding.evidence += ": " + error;
  return finding;
}

}  // namespace octet::doctor
