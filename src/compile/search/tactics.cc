#include "compile/search/tactics.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <map>
#include <span>

#include "base/cpu_name.h"
#include "base/error.h"
#include "engine/layout.h"
#include "kernels/conv_u8/conv_u8.h"
#include "runtime/engine.h"

namespace octet::compile {
namespace {

// To be raised with every change that makes old timings mislead.
constexpr int kKernelVersion = 6;
constexpr int kRuns = 8;
// Of the time of the kernel's own choice: less is noise.
constexpr double kClearly = 0.97;

std::vector<Tactic> Candidates(CpuLevel level) {
  const int direct = int(kernels::ConvU8Algorithm::kDirect);
  const int winograd = int(kernels::ConvU8Algorithm::kWinograd);
  std::vector<Tactic> all = {{}, {direct, 0, 0}, {winograd, 0, 0}};
  if (level < CpuLevel::kAvx512Vnni) return all;
  for (int vectors = 1; vectors <= 4; ++vectors) {
    for (int block : {0, 2, 8}) all.push_back({direct, vectors, block});
  }
  return all;
}

std::string Describe(const engine::ValueT& value) {
  const engine::Image image = engine::AsImage(value);
  return fmt::format("{}x{}x{}x{}+{}", image.n, image.h, image.w, image.c,
                     image.pixel_stride - image.c);
}

std::string Describe(const engine::Window& w) {
  return fmt::format("k{}x{} s{}x{} d{}x{} p{}x{}", w.kernel_h(), w.kernel_w(),
                     w.stride_h(), w.stride_w(), w.dilation_h(), w.dilation_w(),
                     w.pad_top(), w.pad_left());
}

class Timing {
 public:
  Timing(Lowered& lowered, TimingCache& cache, CpuLevel level)
      : lowered_(lowered), cache_(cache), level_(level) {
    engine::ProfileT& profile = *lowered.program.profiles[0];
    const std::string cpu = CpuName();
    for (size_t s = 0; s < profile.steps.size(); ++s) {
      engine::ConvU8T* const conv = profile.steps[s]->params.AsConvU8();
      if (conv == nullptr) continue;
      steps_[TacticKey(profile, *conv, cpu, level)].push_back({int(s), conv});
    }
  }

  Status Run() {
    std::map<std::string, std::vector<double>> ns;  // by candidate
    for (const auto& [key, steps] : steps_) {
      if (cache_.Find(key) == nullptr) ns[key];
    }
    const std::vector<Tactic> candidates = Candidates(level_);
    for (const Tactic& tactic : candidates) {
      if (ns.empty()) break;
      for (const auto& [key, times] : ns) Set(key, tactic);
      OCTET_RETURN_IF_ERROR(Time(tactic, ns));
    }
    for (const auto& [key, times] : ns) {
      const size_t best =
          size_t(std::ranges::min_element(times) - times.begin());
      const bool wins = times[best] < kClearly * times[0];
      cache_.Add(key, candidates[wins ? best : 0]);
    }
    for (const auto& [key, steps] : steps_) Set(key, *cache_.Find(key));
    return {};
  }

 private:
  struct Step {
    int index;
    engine::ConvU8T* conv;
  };

  void Set(const std::string& key, const Tactic& tactic) {
    for (const Step& step : steps_.at(key)) {
      step.conv->algorithm = uint8_t(tactic.algorithm);
      step.conv->tile_vectors = tactic.tile_vectors;
      step.conv->tile_block = tactic.tile_block;
    }
  }

  // Adds a time to each key: in the program and by itself, of all its steps.
  Status Time(const Tactic& tactic,
              std::map<std::string, std::vector<double>>& ns) {
    OCTET_ASSIGN(const Engine engine,
                 runtime::MakeEngine(engine::ProgramT(lowered_.program),
                                     lowered_.constants.bytes()));
    // Single steps are timed on what the last run has left.
    OCTET_ASSIGN(Session session,
                 Session::Create(engine, {.keeps_values = true}));
    OCTET_RETURN_IF_ERROR(session.Run());
    session.SetTiming(true);
    for (int run = 0; run < kRuns; ++run) {
      OCTET_RETURN_IF_ERROR(session.Run());
    }
    for (auto& [key, times] : ns) {
      if (IsOwnChoice(session, key, tactic)) {
        times.push_back(std::numeric_limits<double>::infinity());
        continue;
      }
      double sum = 0;
      for (const Step& step : steps_.at(key)) {
        OCTET_ASSIGN(const double warm, TimeAlone(session, step.index));
        sum += double(session.times()[size_t(step.index)].min_ns) + warm;
      }
      times.push_back(sum);
    }
    return {};
  }

  // Whether the tactic only says what the kernel would choose anyway; the first
  // candidate leaves it the choice.
  bool IsOwnChoice(const Session& session, const std::string& key,
                   const Tactic& tactic) {
    const size_t step = size_t(steps_.at(key)[0].index);
    const std::string& kernel = session.steps()[step].kernel;
    if (tactic == Tactic()) {
      chosen_[key] = kernel;
      return false;
    }
    return tactic.tile_vectors == 0 && tactic.tile_block == 0 &&
           chosen_[key] == kernel;
  }

  static Result<double> TimeAlone(Session& session, int step) {
    using Clock = std::chrono::steady_clock;
    auto least = std::chrono::nanoseconds::max();
    for (int run = 0; run < kRuns; ++run) {
      const auto begin = Clock::now();
      OCTET_RETURN_IF_ERROR(session.RunSteps(std::span(&step, 1)));
      least = std::min<std::chrono::nanoseconds>(least, Clock::now() - begin);
    }
    return double(least.count());
  }

  Lowered& lowered_;
  TimingCache& cache_;
  const CpuLevel level_;
  std::map<std::string, std::vector<Step>> steps_;
  std::map<std::string, std::string> chosen_;  // kernels, by key
};

}  // namespace

std::string TacticKey(const engine::ProfileT& profile,
                      const engine::ConvU8T& step, std::string_view cpu,
                      CpuLevel level) {
  const auto value = [&](int index) -> const engine::ValueT& {
    return *profile.values[size_t(index)];
  };
  const engine::EpilogueT& e = *step.epilogue;
  return fmt::format(
      "{} | {} | conv_u8 version {} | {} -> {} {} | {} g{} parts{} {} | {} {} "
      "{} {}",
      cpu, Name(level), kKernelVersion, Describe(value(step.x)),
      Describe(value(step.y)), engine::EnumNameDType(value(step.y).dtype),
      Describe(engine::WindowOr1x1(step.window)), step.group, step.weight_parts,
      step.sum_bound > 0 && step.sum_bound < (1 << 25) ? "small sums"
                                                       : "large sums",
      engine::EnumNameEpilogueKind(e.kind),
      Name(engine::ToFunction(e.before).kind),
      Name(engine::ToFunction(e.after).kind),
      e.residual < 0 ? "none" : engine::EnumNameDType(value(e.residual).dtype));
}

Status ChooseTactics(Lowered& lowered, TimingCache& cache) {
  OCTET_ASSIGN(const CpuLevel level, ChooseCpuLevel());
  return Timing(lowered, cache, level).Run();
}

}  // namespace octet::compile
