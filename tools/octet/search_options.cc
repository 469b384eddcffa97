#include "search_options.h"

#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>

#include "answers.h"
#include "base/error.h"
#include "compile/search/drop.h"
#include "held_out.h"
#include "interrupt.h"
#include "labelled_accuracy.h"
#include "usage.h"

namespace octet::cli {
namespace {

constexpr int64_t kMostHeldOut = 256;
constexpr double kMostNumber = 1e9;

struct Unit {
  std::string_view name;
  double factor;
};

// A number and one of some units, in terms of the unit of factor 1.
template <size_t kUnits>
Result<double> ParseQuantity(std::string_view option, std::string_view text,
                             const std::array<Unit, kUnits>& units,
                             std::string_view example) {
  double number = -1;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  const std::string_view unit(rest, size_t(end - rest));
  for (const Unit& known : units) {
    if (error != std::errc() || unit != known.name) continue;
    if (!(number >= 0 && number < kMostNumber)) break;  // NaN too
    return number * known.factor;
  }
  return Usage("{} '{}': expected {}", option, text, example);
}

nlohmann::json ToJson(const SearchTrial& trial) {
  return {{"kept", trial.kept},
          {"is_float", trial.is_float},
          {"precision", trial.precision},
          {"proposed_by", trial.proposed_by},
          {"latency_ms", trial.latency_ms},
          {"accuracy", trial.accuracy},
          {"drop", trial.drop},
          {"drop_error", trial.drop_error},
          {"int8_mac_share", trial.int8_mac_share}};
}

compile::Drop MeasuredDrop(const SearchTrial& trial) {
  return {.mean = trial.drop, .error = trial.drop_error};
}

std::string DropOf(const SearchTrial& trial) {
  return fmt::format("{:.2f} ± {:.2f}", 100 * trial.drop,
                     100 * trial.drop_error);
}

void PrintTrial(const SearchTrial& trial, Console& console) {
  console.Print("  {:>9.3f} ms  {:>8.4f}  {:>13}  {:>5.1f} % in int8  {}",
                trial.latency_ms, trial.accuracy, DropOf(trial),
                100 * trial.int8_mac_share, PlanInWords(trial));
}

// Empty if the samples are enough to know the drop that was asked for.
std::string DoubtOf(const SearchResult& result) {
  const double error = result.chosen.drop_error;
  if (result.max_drop <= 0 || error <= result.max_drop) return "";
  const double more = std::pow(error / result.max_drop, 2);
  return fmt::format(
      "the samples tell the drop to ± {:.2f} points, and {:.2f} was asked "
      "for: about {:.0f} times as many would tell",
      100 * error, 100 * result.max_drop, std::ceil(more));
}

void Report(const SearchResult& result, Console& console) {
  console.Print(
      "accuracy against latency ({} trials, {:.0f} s, {:.0f} ms to lower "
      "one):",
      result.trials, result.seconds, result.lowering_ms);
  const std::string doubt = DoubtOf(result);
  nlohmann::json frontier = nlohmann::json::array();
  for (const SearchTrial& trial : result.frontier) {
    PrintTrial(trial, console);
    frontier.push_back(ToJson(trial));
  }
  const bool is_kept = result.fell_back || !result.chosen.kept.empty();
  if (is_kept) {
    console.Print("{} for what is kept out of int8: {}", result.protect,
                  result.protect_reason);
  }
  if (!doubt.empty()) console.Warn("{}", doubt);
  console.result()["search"] = {
      {"chosen", ToJson(result.chosen)},
      {"all_int8", ToJson(result.all_int8)},
      {"float", ToJson(result.all_float)},
      {"frontier", frontier},
      {"meets_drop", result.meets_drop},
      {"doubt", doubt},
      {"meets_latency", result.meets_latency},
      {"fell_back", result.fell_back},
      {"protect", result.protect},
      {"protect_reason", result.protect_reason},
      {"finished", result.end == SearchEnd::kFinished},
      {"trials", result.trials},
      {"seconds", result.seconds},
      {"first_plan_seconds", result.first_plan_seconds},
      {"lowering_ms", result.lowering_ms}};
}

// The float model is run when it is first asked: from the start of the search
// on there is a plan on disk, and Ctrl-C leaves it there.
//   model, request: outlive it.
AccuracyOf ExpectedAccuracy(const Model& model, const SearchRequest& request) {
  auto held = std::make_shared<std::optional<HeldOut>>();
  return [held, &model, &request](const Engine& engine) -> Result<Accuracy> {
    if (!*held) {
      const EverySecond others(request.samples, /*second=*/true);
      OCTET_ASSIGN(
          *held, HeldOut::Observe(model,
                                  Answers::For(request.settings, model.inputs(),
                                               model.outputs()),
                                  others, kMostHeldOut, request.threads));
    }
    return (*held)->AccuracyOf(engine);
  };
}

std::string HeldOutNames(const SearchRequest& request) {
  const EverySecond others(request.samples, /*second=*/true);
  std::string names;
  for (int64_t i = 0; i < others.size(); ++i) names += " " + others.Name(i);
  return names;
}

// Empty if none was tried.
std::string FastestThatMeetsDrop(const SearchResult& result) {
  for (const SearchTrial& trial : result.frontier) {  // by rising latency
    if (!compile::IsAtMost(MeasuredDrop(trial), result.max_drop)) continue;
    return fmt::format("; the fastest that meets it takes {:.3f} ms ({})",
                       trial.latency_ms, PlanInWords(trial));
  }
  return "";
}

}  // namespace

std::string PlanInWords(const SearchTrial& trial) {
  if (trial.is_float) return "everything in " + trial.precision;
  if (trial.kept.empty()) return "everything in int8";
  std::string text =
      fmt::format("{} values in {}: ", trial.kept.size(), trial.precision);
  for (size_t i = 0; i < std::min(trial.kept.size(), kNamesShown); ++i) {
    text += (i > 0 ? ", " : "") + trial.kept[i];
  }
  if (trial.kept.size() > kNamesShown) text += ", ...";
  if (!trial.proposed_by.empty()) text += " (" + trial.proposed_by + ")";
  return text;
}

void SearchArguments::Add(CLI::App& app) {
  const char* group = "Budgets";
  app.add_option("--max-drop", max_drop,
                 "keep out of int8 what loses more accuracy: 0.5%, in points "
                 "of the metric with --eval-data, else of what the float "
                 "model's own probabilities let expect on samples held out")
      ->group(group);
  app.add_option("--max-latency", max_latency,
                 "the most that a run on one thread may take: 8ms")
      ->group(group);
  app.add_option("--time-budget", time_budget,
                 "of the search: 90s, 5m, 1h; the best plan so far stands in "
                 "OUTPUT.plan.json, and --resume goes on")
      ->capture_default_str()
      ->group(group);
  app.add_option("--fall-back", fall_back,
                 "where every plan with int8 loses more, put everything into "
                 "the precision of --protect")
      ->capture_default_str()
      ->group(group);
  app.add_option(
         "--spare", spare,
         "where a plan is not shown to miss --max-drop, nor to meet it: "
         "how much slower it may be to show that; 0: not at all")
      ->capture_default_str()
      ->group(group);
  app.add_option("--protect", protect,
                 "what is kept out of int8 computes in fp32, fp16 or bf16; "
                 "auto: in the fastest here that is accurate enough, measured")
      ->check(OneOf({"auto", "fp32", "fp16", "bf16"}))
      ->capture_default_str()
      ->group(group);
  AddLabelledData(
      app, group,
      "labelled data to verify on, as eval takes it; --report shows the "
      "accuracy on it",
      labelled);
}

Result<double> ParseShare(std::string_view option, std::string_view text) {
  constexpr std::array<Unit, 2> kUnits = {{{"", 1}, {"%", 0.01}}};
  const std::string_view example = "a share like 0.5% or 0.005";
  OCTET_ASSIGN(const double share,
               ParseQuantity(option, text, kUnits, example));
  if (share <= 1) return share;
  return Usage("{} '{}': expected {}", option, text, example);
}

Result<double> ParseMilliseconds(std::string_view option,
                                 std::string_view text) {
  constexpr std::array<Unit, 4> kUnits = {
      {{"", 1}, {"ms", 1}, {"us", 1e-3}, {"s", 1e3}}};
  return ParseQuantity(option, text, kUnits, "a time like 8ms");
}

Result<double> ParseSeconds(std::string_view option, std::string_view text) {
  constexpr std::array<Unit, 4> kUnits = {
      {{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}}};
  return ParseQuantity(option, text, kUnits, "a time like 90s, 5m or 1h");
}

Status CheckSearchArguments(const SearchArguments& arguments,
                            bool with_report) {
  if (!arguments.max_drop.empty()) {
    OCTET_RETURN_IF_ERROR(
        ParseShare("--max-drop", arguments.max_drop).status());
  }
  if (!arguments.max_latency.empty()) {
    OCTET_RETURN_IF_ERROR(
        ParseMilliseconds("--max-latency", arguments.max_latency).status());
  }
  OCTET_RETURN_IF_ERROR(
      ParseSeconds("--time-budget", arguments.time_budget).status());
  OCTET_RETURN_IF_ERROR(
      ParseShare("--fall-back", arguments.fall_back).status());
  OCTET_RETURN_IF_ERROR(ParseShare("--spare", arguments.spare).status());
  if (!arguments.labelled.data.empty() && !arguments.active() && !with_report) {
    return Usage(
        "--eval-data is what --max-drop is verified on and what --report shows "
        "the accuracy on; give one of them");
  }
  if (arguments.protect != SearchArguments().protect && !arguments.active()) {
    return Usage(
        "--protect {} is for what --max-drop keeps out of int8; give that, or "
        "--keep PATTERN={}",
        arguments.protect, arguments.protect);
  }
  return {};
}

Result<SearchResult> RunSearch(const Model& model, const std::string& plan,
                               const SearchRequest& request, Console& console) {
  if (request.samples.size() < 2) {
    return BadInput(
        "{} samples: a search needs some to rank values on and others to "
        "verify on; give at least 2, better 64",
        request.samples.size());
  }
  const SearchArguments& arguments = request.arguments;
  SearchOptions options;
  // Without a drop that was asked for there is none to show.
  options.spare = 0;
  if (!arguments.max_drop.empty()) {
    OCTET_ASSIGN(options.max_drop,
                 ParseShare("--max-drop", arguments.max_drop));
    OCTET_ASSIGN(options.spare, ParseShare("--spare", arguments.spare));
  }
  if (!arguments.max_latency.empty()) {
    OCTET_ASSIGN(options.max_latency_ms,
                 ParseMilliseconds("--max-latency", arguments.max_latency));
  }
  OCTET_ASSIGN(options.seconds,
               ParseSeconds("--time-budget", arguments.time_budget));
  OCTET_ASSIGN(options.fall_back_drop,
               ParseShare("--fall-back", arguments.fall_back));
  if (arguments.labelled.data.empty()) {
    options.accuracy = ExpectedAccuracy(model, request);
    options.accuracy_of = "expected by float on" + HeldOutNames(request);
  } else {
    OCTET_ASSIGN(options.accuracy,
                 AccuracyByLabels(model, request.settings, arguments.labelled,
                                  request.threads, console));
    options.accuracy_of = NameOf(arguments.labelled);
  }
  options.protect = arguments.protect;
  options.calibration = request.calibration;
  options.threads = request.threads;
  options.plan_path = request.plan_path;
  options.state_path = request.state_path;
  options.resume = request.resume;
  options.tried = [&](const SearchTrial& trial) { PrintTrial(trial, console); };
  options.progress = [&](std::string_view what, int64_t done, int64_t all) {
    console.Progress(fmt::format("ranking: {}", what), done, all);
  };
  options.stop = InterruptGuard::Interrupted;
  const InterruptGuard guard;
  const EverySecond ranking(request.samples, /*second=*/false);
  console.Print("{:>12}  {:>8}  {:>13}  {:>15}  trial", "latency", "accuracy",
                "drop, points", "MACs");
  OCTET_ASSIGN(SearchResult result, SearchPlan(model, plan, ranking, options));
  Report(result, console);
  if (result.end == SearchEnd::kFinished) {
    std::error_code ignored;  // that there is none is fine
    std::filesystem::remove(options.state_path, ignored);
    std::filesystem::remove(options.state_path + ".sensitivity", ignored);
  }
  return result;
}

std::string Headline(const SearchArguments& arguments,
                     const SearchResult& result) {
  std::string text;
  if (result.fell_back) {
    text = fmt::format(
        "fell back to {}: all int8 loses {} points, and no faster plan with "
        "int8 less than {}; {} loses {}, {:.2f} ms (fp32 {:.2f}, all int8 "
        "{:.2f})",
        result.protect, DropOf(result.all_int8), arguments.fall_back,
        result.protect, DropOf(result.chosen), result.chosen.latency_ms,
        result.all_float.latency_ms, result.all_int8.latency_ms);
  } else {
    const std::string in =
        result.chosen.kept.empty() ? "" : ", in " + result.chosen.precision;
    text = fmt::format(
        "{} values kept out of int8{}: {} points below float (all int8: {}), "
        "{:.2f} ms (fp32 {:.2f}, all int8 {:.2f})",
        result.chosen.kept.size(), in, DropOf(result.chosen),
        DropOf(result.all_int8), result.chosen.latency_ms,
        result.all_float.latency_ms, result.all_int8.latency_ms);
  }
  if (result.end == SearchEnd::kStopped) text += "; stopped";
  if (result.end == SearchEnd::kOutOfTime) text += "; the time ran out";
  return text;
}

Status BudgetStatus(const SearchArguments& arguments,
                    const SearchResult& result) {
  const std::string more =
      result.end == SearchEnd::kFinished
          ? ""
          : "; the search did not finish: --resume with a longer "
            "--time-budget goes on";
  if (!result.meets_latency) {
    return {
        Code::kSpeedGate,
        fmt::format("--max-latency {} cannot be met: the fastest plan "
                    "takes {:.3f} ms, {:.3f} too many{}",
                    arguments.max_latency, result.chosen.latency_ms,
                    result.chosen.latency_ms - result.max_latency_ms, more)};
  }
  if (arguments.max_drop.empty() || result.meets_drop) return {};
  if (result.trials < 2) {
    return {Code::kAccuracyGate,
            fmt::format("--max-drop {} was not verified: the plan has "
                        "everything in int8{}",
                        arguments.max_drop, more)};
  }
  const double surely = MeasuredDrop(result.chosen).least();
  return {Code::kAccuracyGate,
          fmt::format("--max-drop {} cannot be met{}: the best plan loses "
                      "{} points, {:.2f} too many even less that error{}{}",
                      arguments.max_drop,
                      arguments.max_latency.empty()
                          ? ""
                          : " within --max-latency " + arguments.max_latency,
                      DropOf(result.chosen), 100 * (surely - result.max_drop),
                      FastestThatMeetsDrop(result), more)};
}

}  // namespace octet::cli
