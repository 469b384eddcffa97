// The Plan: for every node its precision and why, for every value how it is
// stored. Lowering obeys it or refuses; nothing else decides a precision.
//
// A value may be stored in several forms (f32, f16, bf16, u8 with one scale, u8
// with a scale per channel); each reader names the form it reads. The producer
// writes forms[0] and the others are made from it. Nodes and values are keyed
// by name, so that a plan survives renumbering and can be edited by hand.
#ifndef OCTET_COMPILE_PLAN_PLAN_H_
#define OCTET_COMPILE_PLAN_PLAN_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/quant.h"
#include "octet/status.h"
#include "octet/tensor.h"

namespace octet::compile {

// kF16 and kBf16: 16-bit floats as operands, sums in f32.
enum class Precision : uint8_t { kF32, kInt8, kF16, kBf16 };
std::string_view Name(Precision precision);  // "fp32", "int8", "fp16", "bf16"
std::optional<Precision> PrecisionNamed(std::string_view name);
inline bool IsHalf(Precision precision) {
  return precision == Precision::kF16 || precision == Precision::kBf16;
}

// Why a node has its precision.
enum class ReasonKind : uint8_t {
  kInt8,        // may be int8, and is
  kAsked,       // --keep or --require
  kStructure,   // kept by a rule of structure
  kNoInt8Form,  // the operator has none
  kNoReader,    // nothing after it is int8: it would only lose
  kNoHalfForm,  // the operator has none in 16 bits
  kOverflow,    // its sums would not fit 32 bits, or its values f16
  kUnobserved,  // no range was calibrated
  kImported,    // as the QDQ model says
  kMover,       // only moves data: follows its readers
  kSensitive,   // measured: int8 costs too much accuracy here
  kNoGain,      // measured: int8 is no faster here
};
struct Reason {
  ReasonKind kind = ReasonKind::kInt8;
  std::string detail;  // "softmax", the pattern that asked, ...
};
// "int8", "kept: asked (model.22.*)", "kept: structure (softmax)", ...
std::string Describe(const Reason& reason);

enum class Granularity : uint8_t { kPerTensor, kPerChannel };

// The element type of a form: a float, or codes that stand for real numbers.
enum class Storage : uint8_t { kF32, kU8, kF16, kBf16 };
std::string_view Name(Storage storage);  // "f32", "u8", "f16", "bf16"
DType DTypeOf(Storage storage);
// What a node of a precision reads, and writes where its readers take it.
Storage StorageOf(Precision precision);

// One way in which a value is stored.
struct Form {
  Storage storage = Storage::kF32;
  Granularity granularity = Granularity::kPerTensor;
  // Empty until ranges are known (calibrate/choose.h).
  QuantParams quant;
  // The rule that chose them: "minmax", "mse", "entropy", ..., "imported", or
  // "as NAME" where the parameters are those of another value.
  std::string rule;
  // Where set, the parameters are those of another value's first u8 form of
  // the same granularity: the value only moves that data, or is written
  // straight into a concatenation.
  std::string same_as;

  bool is_u8() const { return storage == Storage::kU8; }

  static Form F32() { return {}; }
  static Form Of(Storage storage) {
    Form form;
    form.storage = storage;
    return form;
  }
  static Form U8(Granularity granularity) {
    Form form = Of(Storage::kU8);
    form.granularity = granularity;
    return form;
  }
  bool operator==(const Form&) const = default;
};

struct ValuePlan {
  std::vector<Form> forms;  // not empty
};

struct NodePlan {
  Precision precision = Precision::kF32;
  Reason reason;
  // For each input of the node the form it reads; -1 for constants and missing
  // inputs.
  std::vector<int> input_forms;
  // Weights: real = scale * code, one entry or one per output channel. Empty:
  // symmetric per channel from the extremes. Imported asymmetric weights have
  // codes (q - zero point) beyond 8 bits; lowering splits those in two.
  std::vector<float> weight_scale;
  // Where not empty, by output channel: the largest weight that a code stands
  // for, as a share of the channel's largest, in (0, 1]. What is larger is held
  // at it. Not beside weight_scale.
  std::vector<float> weight_clip;
  // Where not empty, the bias joins the integer sum, as in an imported QDQ
  // model: one code per output channel, in steps of fl(input scale * weight
  // scale). Kept here because f32 holds no more than 24 bits of it.
  std::vector<int32_t> integer_bias;
  // Where not empty, added to the bias, by output channel: takes out what
  // rounding the weights does to the mean of an int8 product's outputs.
  std::vector<float> bias_shift;
};

struct Plan {
  std::map<std::string, NodePlan> nodes;
  std::map<std::string, ValuePlan> values;  // not constants
  // For each output of the graph the form that it is read from; outputs are
  // always delivered as f32.
  std::vector<int> output_forms;
  // How the ranges were chosen, in words, for reports.
  std::string origin;
};

// JSON, sorted and stable, meant to be read and edited by hand.
std::string ToJson(const Plan& plan);
// errors: kBadInput naming `source`, the place and what was expected.
Result<Plan> PlanFromJson(std::string_view text, std::string_view source);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_PLAN_PLAN_H_
