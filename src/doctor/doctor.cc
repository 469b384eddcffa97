#include "doctor/doctor.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "doctor/coverage.h"
#include "doctor/duplicates.h"
#include "doctor/feeding_check.h"
#include "doctor/lighting.h"
#include "doctor/observe.h"
#include "doctor/outlier.h"

namespace octet::doctor {
namespace {

class Examination {
 public:
  explicit Examination(const Request& request) : request_(request) {}

  Result<Diagnosis> Run() {
    OCTET_ASSIGN(facts_, LookAtSamples(*request_.samples, request_.threads,
                                       Showing("reading the samples")));
    for (const SampleFacts& sample : facts_) {
      if (sample.usable()) usable_.push_back(sample.index);
    }
    diagnosis_.samples = int64_t(facts_.size());
    diagnosis_.usable = int64_t(usable_.size());
    for (Finding& finding : FindUselessSamples(facts_)) Add(finding);
    if (usable_.empty()) return NothingUsable();
    Add(FindDuplicates(facts_));
    OCTET_RETURN_IF_ERROR(CheckExtremes());
    OCTET_RETURN_IF_ERROR(CheckFeedings());
    OCTET_RETURN_IF_ERROR(CheckLight());
    std::ranges::stable_sort(diagnosis_.findings, std::ranges::greater{},
                             &Finding::severity);
    return std::move(diagnosis_);
  }

 private:
  ProgressFn Showing(const std::string& what) const {
    if (!request_.progress) return nullptr;
    return [this, what](int64_t done, int64_t all) {
      request_.progress(what, done, all);
    };
  }

  void Add(std::optional<Finding> finding) {
    if (finding) diagnosis_.findings.push_back(*std::move(finding));
  }

  Status NothingUsable() const {
    const Finding& finding = diagnosis_.findings[0];
    const SampleFacts& first = facts_[0];
    return BadInput("{}: {}{}", finding.found, finding.evidence,
                    first.error.empty() ? "" : "\n  " + first.error);
  }

  Status CheckExtremes() {
    OCTET_ASSIGN(
        const Extremes extremes,
        ObserveExtremes(*request_.engine, *request_.samples, usable_,
                        request_.threads, Showing("running the model")));
    diagnosis_.curves = SaturationCurves(extremes);
    Add(FindTooFew(diagnosis_.curves, int64_t(usable_.size())));
    Add(FindOutlier(extremes,
                    [this](int64_t i) { return request_.samples->Name(i); }));
    if (!request_.calibrated.empty()) {
      Add(FindUncovered(extremes, request_.calibrated));
    }
    return {};
  }

  // The feeding of the pictures; nullopt if there are none or it is unknown.
  Result<std::optional<Feeding>> CurrentFeeding() {
    const auto index = size_t(usable_[0]);
    if (facts_[index].thumbnail.empty()) return std::optional<Feeding>();
    OCTET_ASSIGN(const std::vector<Tensor> inputs,
                 request_.samples->Get(usable_[0]));
    const auto channels = int(PictureInput(inputs[0])->channels);
    if (!request_.settings.preprocess.raw) {
      return std::optional(FeedingOf(request_.settings.preprocess, channels));
    }
    float low = HUGE_VALF, high = -HUGE_VALF;
    for (const int64_t i : usable_) {
      low = std::min(low, facts_[size_t(i)].low);
      high = std::max(high, facts_[size_t(i)].high);
    }
    return GuessFeeding(low, high, channels);
  }

  Status CheckFeedings() {
    OCTET_ASSIGN(const std::optional<Feeding> current, CurrentFeeding());
    if (!current) return {};
    FeedingOptions options;
    options.current = *current;
    options.coloured =
        current->channels == 3 &&
        (request_.settings.preprocess.raw ||
         request_.settings.preprocess.color != vision::ColorOrder::kGray);
    std::vector<Shape> outputs;
    for (const ValueInfo& output : request_.engine->outputs()) {
      outputs.push_back(output.shape);
    }
    options.answers = AnswerReader::Create(outputs, request_.detect);
    options.threads = request_.threads;
    options.progress = Showing("trying other preprocessing");
    OCTET_ASSIGN(
        std::optional<Finding> finding,
        CheckFeeding(*request_.engine, *request_.samples, usable_, options));
    Add(std::move(finding));
    return {};
  }

  Status CheckLight() {
    if (request_.evaluation == nullptr) return {};
    OCTET_ASSIGN(const std::vector<SampleFacts> evaluation,
                 LookAtSamples(*request_.evaluation, request_.threads,
                               Showing("reading the evaluation set")));
    diagnosis_.evaluation = int64_t(evaluation.size());
    Add(FindUselessEvaluation(evaluation));
    Add(FindMissingLight(facts_, evaluation));
    return {};
  }

  const Request& request_;
  std::vector<SampleFacts> facts_;
  std::vector<int64_t> usable_;
  Diagnosis diagnosis_;
};

}  // namespace

Result<Diagnosis> Examine(const Request& request) {
  if (request.samples->size() == 0) return BadInput("there are no samples");
  return Examination(request).Run();
}

}  // namespace octet::doctor
