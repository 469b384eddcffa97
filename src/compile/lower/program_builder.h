// Collects the values, steps and constants of a Program under construction.
//
// A value lies in a buffer, possibly as a part of it: some channels of a wider
// tensor, or the same bytes under another shape. Buffers get their offsets in
// the arena when all steps are known.
#ifndef OCTET_COMPILE_LOWER_PROGRAM_BUILDER_H_
#define OCTET_COMPILE_LOWER_PROGRAM_BUILDER_H_

#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/quant.h"
#include "compile/lower/arena.h"
#include "compile/lower/lower.h"
#include "compile/lower/shared_buffers.h"

namespace octet::compile {

class ProgramBuilder {
 public:
  int NewBuffer(int64_t bytes);

  // Adds a value in its own new buffer, or in `slot`.
  int AddValue(std::string name, DType dtype, const Shape& shape,
               const QuantParams* quant = nullptr, const Slot* slot = nullptr);

  // Another value of the same bytes as `value`, with as many elements; the
  // value must be dense or keep its last axis.
  int AddView(int value, const Shape& shape);
  // The same, or `value` itself where it has that shape.
  int AddReshaped(int value, const Shape& shape) {
    return this->shape(value) == shape ? value : AddView(value, shape);
  }

  // Parameters of a u8 value: one, or one for each index of its last axis.
  void SetQuant(int value, const QuantParams& quant);

  template <typename T>
  int AddConstant(std::string name, DType dtype, std::span<const T> data) {
    return AddConstant(std::move(name), dtype, Shape{int64_t(data.size())},
                       std::as_bytes(data));
  }
  int AddConstant(std::string name, DType dtype, const Shape& shape,
                  std::span<const std::byte> bytes);

  // Adds the step that computes (part of) node `node`.
  template <typename T>
  void AddStep(const std::string& node, std::string_view precision,
               std::string_view reason, T params, int64_t macs = 0) {
    engine::ParamsUnion united;
    united.Set(std::move(params));
    AddStep(node, precision, reason, std::move(united), macs);
  }

  const engine::ValueT& value(int index) const {
    return *profile_.values[index];
  }
  engine::ValueT& value(int index) { return *profile_.values[index]; }
  Shape shape(int index) const;
  Slot slot(int index) const { return slots_[index]; }
  bool IsDense(int index) const;
  engine::ProfileT& profile() { return profile_; }

  // Plans the arena and hands the program out.
  Lowered Finish(const LowerOptions& options);

 private:
  void AddStep(const std::string& node, std::string_view precision,
               std::string_view reason, engine::ParamsUnion params,
               int64_t macs);
  std::vector<Lifetime> Lives() const;

  engine::ProfileT profile_;
  engine::ConstantPool constants_;
  std::unordered_map<std::string, int> steps_of_;  // by node, how many
  std::vector<int64_t> buffer_bytes_;
  std::vector<Slot> slots_;  // by value; buffer -1 for constants
};

}  // namespace octet::compile

#endif  // OCTET_COMPILE_LOWER_PROGRAM_BUILDER_H_
