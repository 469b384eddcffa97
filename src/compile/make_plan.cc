#include "compile/make_plan.h"

#include <algorithm>
#include <map>
#include <vector>

#include "base/error.h"
#include "compile/plan/align_forms.h"
#include "compile/plan/check_plan.h"
#include "compile/plan/match.h"
#include "compile/plan/move_quant.h"
#include "compile/plan/propose.h"

namespace octet::compile {
namespace {

Result<std::vector<Request>> RequestsOf(const BuildOptions& options) {
  std::vector<Request> requests;
  for (const std::string& text : options.keep) {
    OCTET_ASSIGN(requests.emplace_back(),
                 ParseRequest(text, /*required=*/false));
  }
  for (const std::string& text : options.require) {
    OCTET_ASSIGN(requests.emplace_back(),
                 ParseRequest(text, /*required=*/true));
  }
  return requests;
}

// A name means its node, whatever it looks like.
bool IsName(const Graph& graph, const std::string& pattern) {
  const bool selects = pattern.find_first_of("*?") != std::string::npos ||
                       pattern.starts_with("type:") ||
                       pattern.starts_with("region:");
  return !selects || std::ranges::count(graph.nodes, pattern, &Node::name) > 0;
}

using Asked = std::map<NodeId, const Request*>;

// Adds the nodes of a --keep, but for those of which `names` speaks.
Status AddKept(const Graph& graph, const Request& keep, const Asked* names,
               Asked& asked) {
  OCTET_ASSIGN(const std::vector<NodeId> nodes,
               MatchNodes(graph, keep.pattern));
  for (NodeId n : nodes) {
    const Node& node = graph.nodes[size_t(n)];
    // What moves data has no precision of its own.
    if (IsMover(node) || (names != nullptr && names->contains(n))) continue;
    const auto [before, is_new] = asked.emplace(n, &keep);
    if (is_new || before->second->precision == keep.precision) continue;
    return Usage(
        "--keep '{}={}' and --keep '{}={}' both match node '{}'; leave it out "
        "of one of them{}",
        before->second->pattern, Name(before->second->precision), keep.pattern,
        Name(keep.precision), node.name,
        names == nullptr ? "" : ", or keep it by its name too");
  }
  return {};
}

// Of a name and a pattern that match a node the name counts: Propose obeys the
// last.
Status OrderKept(const Graph& graph, std::vector<Request>& requests) {
  const auto required = std::ranges::stable_partition(
      requests, [](const Request& request) { return !request.required; });
  const auto names = std::stable_partition(
      requests.begin(), required.begin(),
      [&](const Request& keep) { return !IsName(graph, keep.pattern); });
  Asked by_name, by_pattern;
  for (auto keep = names; keep != required.begin(); ++keep) {
    OCTET_RETURN_IF_ERROR(AddKept(graph, *keep, nullptr, by_name));
  }
  for (auto keep = requests.begin(); keep != names; ++keep) {
    OCTET_RETURN_IF_ERROR(AddKept(graph, *keep, &by_name, by_pattern));
  }
  return {};
}

// What a given plan cannot obey beside itself would be ignored in silence.
Status CheckBeside(const Plan& plan, const BuildOptions& options,
                   const std::string& source) {
  if (!options.keep.empty()) {
    return Usage(
        "{}: a plan is obeyed as it is; write what --keep asks into it, or "
        "leave --plan out",
        source);
  }
  const bool has_int8 = std::ranges::any_of(plan.nodes, [](const auto& row) {
    return row.second.precision == Precision::kInt8;
  });
  if (options.precision != Name(Precision::kF32) || !has_int8) return {};
  return Usage("{}: has nodes in int8, against --precision fp32; give one",
               source);
}

// A plan that may have been edited by hand.
Result<Plan> GivenPlan(const Graph& graph, const BuildOptions& options,
                       const std::vector<Request>& requests) {
  const std::string source =
      options.plan_source.empty() ? "plan" : options.plan_source;
  OCTET_ASSIGN(Plan plan, PlanFromJson(options.plan, source));
  OCTET_RETURN_IF_ERROR(CheckBeside(plan, options, source));
  OCTET_RETURN_IF_ERROR(CheckPlan(graph, plan, source));
  AlignForms(graph, plan);
  OCTET_RETURN_IF_ERROR(CheckForms(graph, plan, source));
  OCTET_RETURN_IF_ERROR(CheckRequired(graph, plan, requests));
  return plan;
}

}  // namespace

Result<Plan> MakePlan(const Graph& graph, const Plan* imported,
                      const std::string& model, const BuildOptions& options,
                      std::map<std::string, float> peaks) {
  const std::optional<Precision> precision = PrecisionNamed(options.precision);
  if (!precision) {
    return Usage("no precision '{}'; use int8, fp16, bf16 or fp32",
                 options.precision);
  }
  ProposeOptions propose;
  propose.precision = *precision;
  propose.peaks = std::move(peaks);
  OCTET_ASSIGN(propose.requests, RequestsOf(options));
  if (!options.plan.empty()) {
    return GivenPlan(graph, options, propose.requests);
  }
  if (imported != nullptr && *precision == Precision::kInt8) {
    if (propose.requests.empty()) return *imported;
    return Usage(
        "{}: its precisions are those of the QDQ model; --keep and --require "
        "do not apply",
        model);
  }
  OCTET_RETURN_IF_ERROR(OrderKept(graph, propose.requests));
  OCTET_ASSIGN(Plan plan, Propose(graph, propose));
  plan.origin =
      *precision == Precision::kInt8 ? "rules of structure" : options.precision;
  return plan;
}

}  // namespace octet::compile
