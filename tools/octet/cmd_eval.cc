// octet eval: accuracy on labelled data, several engines side by side.
#include "accuracy.h"
#include "base/error.h"
#include "command.h"

namespace octet::cli {
namespace {

struct EvalArguments {
  std::vector<std::string> engines;
  DataArguments data;
  int threads = 0;
};

// What every engine scored more than the last one named: samples in pairs tell
// it far closer than the two intervals do.
void PrintDifferences(const std::vector<std::string>& engines,
                      const std::vector<Score>& scores, nlohmann::json* rows,
                      Console& console) {
  for (size_t i = 0; i + 1 < scores.size(); ++i) {
    // Not all of them could read every sample: there are no pairs.
    if (scores[i].samples != scores.back().samples) continue;
    const ScoreDifference difference = DifferenceOf(scores[i], scores.back());
    nlohmann::json& json = (*rows)[i]["difference"];
    json = {{"to", engines.back()},
            {"value", difference.value},
            {"low", difference.interval.low},
            {"high", difference.interval.high}};
    std::string hits;
    if (difference.hits) {
      json["won"] = difference.hits->won;
      json["lost"] = difference.hits->lost;
      hits = fmt::format("  {} samples won, {} lost", difference.hits->won,
                         difference.hits->lost);
    }
    console.Print("{} less {}: {:+.4f}  [{:+.4f}, {:+.4f}]{}", engines[i],
                  engines.back(), difference.value, difference.interval.low,
                  difference.interval.high, hits);
  }
}

Status Eval(const EvalArguments& options, Console& console) {
  nlohmann::json rows = nlohmann::json::array();
  std::vector<Score> scores;
  std::string summary;
  for (const std::string& path : options.engines) {
    OCTET_ASSIGN(const Engine engine, Engine::Open(path));
    OCTET_ASSIGN(const vision::Settings recorded, EngineSettings(engine));
    OCTET_ASSIGN(const LabelledData data, OpenData(options.data, recorded));
    SessionOptions session_options;
    session_options.threads = options.threads;
    OCTET_ASSIGN(Session session, Session::Create(engine, session_options));
    OCTET_ASSIGN(Score score,
                 Measure(data, session, console, "evaluating " + path));
    nlohmann::json row = {{"engine", path},
                          {"metric", score.metric},
                          {"value", score.value},
                          {"low", score.interval.low},
                          {"high", score.interval.high},
                          {"samples", score.samples}};
    for (const auto& [name, value] : score.others) row[name] = value;
    rows.push_back(row);
    const bool known = score.interval.high > 0;
    console.Print("{:<40} {} {:.4f}{}  {} samples", path, score.metric,
                  score.value,
                  known ? fmt::format("  [{:.4f}, {:.4f}]", score.interval.low,
                                      score.interval.high)
                        : "",
                  score.samples);
    summary += fmt::format("{}{} {:.4f}", summary.empty() ? "" : ", ",
                           score.metric, score.value);
    scores.push_back(std::move(score));
  }
  PrintDifferences(options.engines, scores, &rows, console);
  console.result()["engines"] = rows;
  console.Verdict(summary, "95 % intervals in brackets",
                  "octet compare shows which layers lose it");
  return {};
}

}  // namespace

std::function<Status(Console&)> AddEval(CLI::App& app) {
  auto options = std::make_shared<EvalArguments>();
  app.add_option("ENGINE", options->engines,
                 "engine files; of several, each is also compared with the "
                 "last, sample by sample")
      ->required();
  options->data.Add(app);
  app.add_option("--threads", options->threads, "threads; 0 = all")
      ->check(CLI::NonNegativeNumber);
  return [options](Console& console) { return Eval(*options, console); };
}

}  // namespace octet::cli
