#include "compile/search/value_rules.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "base/error.h"
#include "base/thread_pool.h"
#include "compile/calibrate/choose.h"
#include "compile/calibrate/read_sample.h"
#include "compile/plan/protect.h"
#include "compile/search/boundary_error.h"
#include "compile/search/replay.h"
#include "compile/search/sample_mean.h"
#include "compile/search/trial_engine.h"

namespace octet::compile {
namespace {

// Values are taken until they make this share of all noise, the noisiest first.
constexpr double kNoiseTaken = 0.99;
// Another rule has to leave no more than this of a value's noise.
constexpr double kMostLeft = 0.9;

// Noise by sample, then by value; of values that were not asked for, 0.
using Noises = std::vector<std::vector<double>>;

class Measuring {
 public:
  Measuring(const Graph& graph, const Ranges& ranges, const Plan& proposed,
            const SampleSource& samples, const ValueRuleOptions& options)
      : graph_(graph),
        ranges_(ranges),
        proposed_(proposed),
        samples_(samples),
        options_(options) {}

  Result<std::vector<ValueRule>> Run() {
    OCTET_ASSIGN(pool_, ThreadPool::Create(options_.threads));
    OCTET_ASSIGN(const Plan common, PlanBy(options_.common));
    stored_ = FindStoredValues(graph_, common);
    looks_ = BoundaryValues(graph_, common);
    OCTET_RETURN_IF_ERROR(ReadSamples());
    OCTET_ASSIGN(const Noises first,
                 NoisesOf(common, std::vector<bool>(stored_.size(), true), 1));
    const std::vector<bool> wanted = Noisiest(first);
    OCTET_ASSIGN(const Noises before, NoisesOf(common, wanted, read_.size()));
    struct Tried {
      RangeChoice choice;
      Noises noises;
      std::vector<bool> differs;
    };
    std::vector<Tried> tried;
    for (const RangeChoice& choice : options_.choices) {
      OCTET_ASSIGN(const Plan plan, PlanBy(choice));
      std::vector<bool> differs = Differing(common, plan, wanted);
      if (std::ranges::count(differs, true) == 0) continue;
      OCTET_ASSIGN(Noises noises, NoisesOf(plan, differs, read_.size()));
      tried.push_back({choice, std::move(noises), std::move(differs)});
    }
    struct Found {
      ValueRule rule;
      double gain;
    };
    std::vector<Found> found;
    for (size_t v = 0; v < stored_.size(); ++v) {
      const double most = Mean(before, v);
      double least = kMostLeft * most;
      const Tried* best = nullptr;
      for (const Tried& one : tried) {
        if (!one.differs[v] || Mean(one.noises, v) > least) continue;
        if (!IsClearlyLess(one.noises, before, v)) continue;
        least = Mean(one.noises, v);
        best = &one;
      }
      if (best == nullptr) continue;
      // Beyond any 8-bit error: where nothing is lost any more.
      const double gain_db =
          10 * std::log10(most / std::max(least, 1e-9 * most));
      found.push_back({{NameOf(v), best->choice, gain_db}, most - least});
    }
    std::ranges::stable_sort(found, std::greater<>(), &Found::gain);
    std::vector<ValueRule> rules;
    for (Found& one : found) rules.push_back(std::move(one.rule));
    return rules;
  }

 private:
  struct Sample {
    std::string name;
    std::vector<Tensor> inputs;
  };

  const std::string& NameOf(size_t v) const {
    return graph_.values[size_t(stored_[v].value)].name;
  }

  Result<Plan> PlanBy(const RangeChoice& choice) const {
    Plan plan = proposed_;
    OCTET_RETURN_IF_ERROR(ChooseParams(graph_, ranges_, choice, plan));
    return plan;
  }

  Status ReadSamples() {
    Status unread;
    for (int64_t i : SpreadOver(samples_.size(), options_.samples)) {
      Result<std::vector<Tensor>> inputs = ReadSample(samples_, i);
      if (inputs.ok()) {
        read_.push_back({samples_.Name(i), *std::move(inputs)});
      } else {
        unread = inputs.status();
      }
    }
    if (!read_.empty()) return {};
    return BadInput("no sample can be read: {}", unread.message());
  }

  // On the first samples.
  Result<Noises> NoisesOf(const Plan& plan, const std::vector<bool>& wanted,
                          size_t samples) {
    OCTET_ASSIGN(const ReplayProgram program,
                 ReplayProgram::Create(graph_, plan, stored_, {}, looks_));
    OCTET_ASSIGN(const auto workers, ReplaysOf(program, pool_->threads()));
    Noises noises(samples, std::vector<double>(stored_.size(), 0.0));
    std::vector<Status> status(samples);
    pool_->ParallelFor(int64_t(samples), [&](int64_t i, int worker) {
      status[size_t(i)] =
          TakeSample(read_[size_t(i)], wanted, *workers[size_t(worker)],
                     noises[size_t(i)]);
    });
    for (const Status& one : status) OCTET_RETURN_IF_ERROR(one);
    return noises;
  }

  Status TakeSample(const Sample& sample, const std::vector<bool>& wanted,
                    Replay& replay, std::vector<double>& noises) const {
    OCTET_RETURN_IF_ERROR(replay.Load(sample.inputs, sample.name));
    for (size_t v = 0; v < stored_.size(); ++v) {
      if (!wanted[v]) continue;
      OCTET_RETURN_IF_ERROR(replay.Store(v).status());
      noises[v] = replay.NoiseAt(looks_.size());
    }
    return {};
  }

  static double Mean(const Noises& noises, size_t v) {
    double sum = 0;
    for (const std::vector<double>& of_sample : noises) sum += of_sample[v];
    return sum / double(noises.size());
  }

  std::vector<bool> Noisiest(const Noises& noises) const {
    std::vector<size_t> order(stored_.size());
    double all = 0;
    for (size_t v = 0; v < order.size(); ++v) {
      order[v] = v;
      all += Mean(noises, v);
    }
    std::ranges::stable_sort(order, std::greater<>(),
                             [&](size_t v) { return Mean(noises, v); });
    std::vector<bool> wanted(stored_.size(), false);
    double taken = 0;
    for (size_t v : order) {
      if (taken >= kNoiseTaken * all) break;
      wanted[v] = true;
      taken += Mean(noises, v);
    }
    return wanted;
  }

  // Of those that are wanted, values with other parameters.
  std::vector<bool> Differing(const Plan& a, const Plan& b,
                              const std::vector<bool>& wanted) const {
    std::vector<bool> differs(stored_.size(), false);
    for (size_t v = 0; v < stored_.size(); ++v) {
      const auto& before = a.values.at(NameOf(v)).forms;
      const auto& after = b.values.at(NameOf(v)).forms;
      for (size_t f = 0; f < before.size() && wanted[v]; ++f) {
        if (before[f].quant.scale != after[f].quant.scale ||
            before[f].quant.zero_point != after[f].quant.zero_point) {
          differs[v] = true;
        }
      }
    }
    return differs;
  }

  static bool IsClearlyLess(const Noises& less, const Noises& more, size_t v) {
    std::vector<double> gains;
    for (size_t s = 0; s < more.size(); ++s) {
      gains.push_back(more[s][v] - less[s][v]);
    }
    return MeanOf(gains).StandsOut();
  }

  const Graph& graph_;
  const Ranges& ranges_;
  const Plan& proposed_;
  const SampleSource& samples_;
  const ValueRuleOptions& options_;
  std::unique_ptr<ThreadPool> pool_;
  std::vector<StoredValue> stored_;
  std::vector<std::string> looks_;
  std::vector<Sample> read_;
};

}  // namespace

Result<std::vector<ValueRule>> MeasureValueRules(
    const Graph& graph, const Ranges& ranges, const Plan& proposed,
    const SampleSource& samples, const ValueRuleOptions& options) {
  return Measuring(graph, ranges, proposed, samples, options).Run();
}

}  // namespace octet::compile
