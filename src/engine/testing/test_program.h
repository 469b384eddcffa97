// Programs for tests, put together by hand: values get their place in the
// arena, constants theirs in the pool, in the order in which they are named.
#ifndef OCTET_ENGINE_TESTING_TEST_PROGRAM_H_
#define OCTET_ENGINE_TESTING_TEST_PROGRAM_H_

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/constants.h"
#include "engine/program.h"

namespace octet::engine {

class TestProgram {
 public:
  TestProgram();

  // A dense value; its index.
  int Add(const std::string& name, DType dtype, std::vector<int64_t> dims);
  // A u8 value with one scale, or one per channel.
  int AddU8(const std::string& name, std::vector<int64_t> dims,
            std::vector<float> scale, std::vector<int32_t> zero_point);
  // Channels [first, first + channels) of another value: shares its memory.
  int AddChannels(const std::string& name, int whole, int64_t first,
                  int64_t channels);
  // Another value's memory under another shape.
  int AddAlias(const std::string& name, int value, std::vector<int64_t> dims);

  template <typename T>
  int Constant(const std::string& name, const std::vector<T>& elements) {
    return AddConstant(name, DTypeOf<T>(), int64_t(elements.size()),
                       std::as_bytes(std::span(elements)));
  }
  // Elements that C++ has no type for.
  template <typename T>
  int Constant(const std::string& name, DType dtype,
               const std::vector<T>& elements) {
    return AddConstant(name, dtype, int64_t(elements.size()),
                       std::as_bytes(std::span(elements)));
  }
  // n times the same.
  template <typename T>
  int Constant(const std::string& name, int64_t n, T element) {
    return Constant(name, std::vector<T>(size_t(n), element));
  }

  // A step named after its kind and number.
  template <typename P>
  StepT& AddStep(P params) {
    auto step = std::make_unique<StepT>();
    step->params.Set(std::move(params));
    return Append(std::move(step));
  }

  // y = x, by a step of its own.
  void AddCopy(int x, int y) {
    UnaryF32T copy;
    copy.x = x;
    copy.y = y;
    AddStep(std::move(copy));
  }

  void Input(int value) { profile().inputs.push_back(value); }
  void Output(int value) { profile().outputs.push_back(value); }

  ProfileT& profile() { return *program_.profiles[0]; }
  ValueT& value(int index) { return *profile().values[size_t(index)]; }
  ProgramT& program() { return program_; }
  const ProgramT& program() const { return program_; }
  std::span<const std::byte> constants() const { return pool_.bytes(); }

 private:
  template <typename T>
  static constexpr DType DTypeOf() {
    if (std::is_same_v<T, float>) return DType::F32;
    if (std::is_same_v<T, uint8_t>) return DType::U8;
    if (std::is_same_v<T, int8_t>) return DType::S8;
    if (std::is_same_v<T, int32_t>) return DType::S32;
    return DType::S64;
  }
  int AddConstant(const std::string& name, DType dtype, int64_t n,
                  std::span<const std::byte> bytes);
  int Append(ValueT value);
  StepT& Append(std::unique_ptr<StepT> step);

  ProgramT program_;
  ConstantPool pool_;
};

// One epilogue for `channels` channels, arrays padded to `padding` entries:
// clamp(rne(acc * multiplier) + zero, 0, 255).
std::unique_ptr<EpilogueT> ClampEpilogue(TestProgram& p, int64_t channels,
                                         int64_t padding, float multiplier,
                                         int32_t zero);

// A small program with some of everything that a file holds: input u8
// [1, 4, 4, 3], a 1x1 convolution to 5 channels and a float output.
TestProgram SmallProgram();

}  // namespace octet::engine

#endif  // OCTET_ENGINE_TESTING_TEST_PROGRAM_H_
