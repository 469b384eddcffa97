#include "engine/validate.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "base/checked.h"
#include "base/error.h"
#include "engine/layout.h"
#include "engine/step_check.h"

namespace octet::engine {
namespace {

// More than any machine has; keeps sums of offsets far from overflow.
constexpr uint64_t kMaxArenaBytes = uint64_t{1} << 42;

bool ScalesAreSound(const QuantT& quant, int64_t channels) {
  const size_t n = quant.scale.size();
  const auto positive = [](float s) { return std::isnormal(s) && s > 0; };
  const auto byte = [](int32_t z) { return z >= 0 && z <= 255; };
  return (n == 1 || int64_t(n) == channels) && quant.zero_point.size() == n &&
         std::ranges::all_of(quant.scale, positive) &&
         std::ranges::all_of(quant.zero_point, byte);
}

Status CheckPlace(const ValueT& value, int64_t extent, uint64_t room) {
  const bool constant = value.place == Place::Constant;
  const int64_t size = SizeOf(ToDType(value.dtype));
  const uint64_t alignment = uint64_t(constant ? kBufferAlignment : size);
  if (value.offset % alignment != 0) {
    return BadInput("value '{}' starts at byte {}, not a multiple of {}",
                    value.name, value.offset, alignment);
  }
  const auto bytes = CheckedMul(extent, size);
  if (!bytes || value.offset > room || uint64_t(*bytes) > room - value.offset) {
    return BadInput(
        "value '{}' ({}, byte {} on) ends beyond the {} bytes of {}",
        value.name, Describe(value), value.offset, room,
        constant ? "the constants" : "the arena");
  }
  return {};
}

Status CheckValue(const ValueT& value, uint64_t arena, uint64_t constants) {
  if (value.name.empty()) return BadInput("a value has no name");
  if (value.dtype > DType::MAX || value.place > Place::MAX) {
    return BadInput("value '{}' has an unknown dtype or place", value.name);
  }
  const auto extent = CheckedExtent(value);
  if (!extent) {
    return BadInput(
        "value '{}' has dimensions that no tensor has; expected at most {}, "
        "each 1 or more, and a pixel stride that covers the last",
        value.name, kMaxRank);
  }
  const uint64_t room = value.place == Place::Arena ? arena : constants;
  OCTET_RETURN_IF_ERROR(CheckPlace(value, *extent, room));
  if (value.quant == nullptr) return {};
  if (value.dtype != DType::U8 ||
      !ScalesAreSound(*value.quant, Channels(value))) {
    return BadInput(
        "value '{}' ({}) has wrong scales; expected a u8 value with one "
        "positive scale and zero point in 0..255, or one for each channel",
        value.name, Describe(value));
  }
  return {};
}

Status CheckStep(const ProfileT& profile, const StepT& step) {
  StepCheck check(profile,
                  fmt::format("step '{}' ({})", step.name, KindName(step)));
  check.Require(!step.name.empty() && !step.precision.empty(),
                "it has no name or no precision");
  check.Require(VisitParams(step, false,
                            [&](const auto& p) {
                              Check(check, p);
                              return true;
                            }),
                "it does nothing that is known");
  return check.status();
}

// Inputs and outputs are spans of memory for the caller.
Status CheckBorder(const ProfileT& profile, const std::vector<int>& indices,
                   const char* what) {
  for (int index : indices) {
    if (index < 0 || size_t(index) >= profile.values.size()) {
      return BadInput("{} {} is not one of the {} values", what, index,
                      profile.values.size());
    }
    const ValueT& value = *profile.values[size_t(index)];
    if (!IsDense(value)) {
      return BadInput("{} '{}' has gaps between its pixels", what, value.name);
    }
  }
  return {};
}

Status CheckInputs(const ProfileT& profile) {
  OCTET_RETURN_IF_ERROR(CheckBorder(profile, profile.inputs, "input"));
  for (int index : profile.inputs) {
    const ValueT& value = *profile.values[size_t(index)];
    if (value.place == Place::Constant) {
      return BadInput("input '{}' is a constant", value.name);
    }
    if (std::ranges::count(profile.inputs, index) > 1) {
      return BadInput("input '{}' is there twice", value.name);
    }
  }
  return {};
}

// What a caller sees has the samples of a batch along the first axis.
Status CheckBatch(const ProfileT& profile) {
  if (profile.batch == 1) return {};
  if (profile.batch < 1 || profile.batch > kMostSamples) {
    return BadInput("the batch is {}; expected 1 to {}", profile.batch,
                    kMostSamples);
  }
  int64_t bytes = 0;
  for (const auto* border : {&profile.inputs, &profile.outputs}) {
    for (int index : *border) {
      const ValueT& value = *profile.values[size_t(index)];
      if (Rank(value) == 0 || value.place == Place::Constant) {
        return BadInput("'{}' cannot have a batch of {} along its first axis",
                        value.name, profile.batch);
      }
      // Each at most kMaxArenaBytes.
      const int64_t sample = Elements(value) * SizeOf(ToDType(value.dtype));
      const auto more = CheckedMul(sample, profile.batch);
      const auto sum = more ? CheckedAdd(bytes, *more) : std::nullopt;
      if (!sum || uint64_t(*sum) > kMaxArenaBytes) {
        return BadInput(
            "a batch of {} is more than {} bytes of inputs and "
            "outputs",
            profile.batch, kMaxArenaBytes);
      }
      bytes = *sum;
    }
  }
  return {};
}

Status CheckStepNames(const ProfileT& profile) {
  std::vector<std::string_view> names;
  names.reserve(profile.steps.size());
  for (const auto& step : profile.steps) names.push_back(step->name);
  std::ranges::sort(names);
  const auto twice = std::ranges::adjacent_find(names);
  if (twice == names.end()) return {};
  return BadInput("two steps have the name '{}'", *twice);
}

Status CheckProfile(const ProfileT& profile, uint64_t constants) {
  if (profile.arena_bytes > kMaxArenaBytes) {
    return BadInput("the arena is {} bytes, at most {} are allowed",
                    profile.arena_bytes, kMaxArenaBytes);
  }
  for (const auto& value : profile.values) {
    if (value == nullptr) return BadInput("a value is missing");
    OCTET_RETURN_IF_ERROR(CheckValue(*value, profile.arena_bytes, constants));
  }
  OCTET_RETURN_IF_ERROR(CheckInputs(profile));
  OCTET_RETURN_IF_ERROR(CheckBorder(profile, profile.outputs, "output"));
  OCTET_RETURN_IF_ERROR(CheckBatch(profile));
  for (const auto& step : profile.steps) {
    if (step == nullptr) return BadInput("a step is missing");
    OCTET_RETURN_IF_ERROR(CheckStep(profile, *step));
  }
  return CheckStepNames(profile);
}

}  // namespace

Status Validate(const ProgramT& program, uint64_t constant_bytes) {
  if (program.version != kProgramVersion) {
    return BadInput("the program has version {}, expected {}", program.version,
                    kProgramVersion);
  }
  if (program.profiles.empty()) return BadInput("there is no profile");
  for (size_t i = 0; i < program.profiles.size(); ++i) {
    const ProfileT* profile = program.profiles[i].get();
    if (profile == nullptr) return BadInput("profile {} is missing", i);
    const Status status = CheckProfile(*profile, constant_bytes);
    if (!status.ok()) {
      return {status.code(),
              fmt::format("profile {}: {}", i, status.message())};
    }
  }
  for (const auto& note : program.notes) {
    if (note == nullptr) return BadInput("a note is missing");
  }
  return {};
}

}  // namespace octet::engine
