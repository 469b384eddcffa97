// Status and Result: how every octet function says that it failed.
//
//   Result<Model> model = LoadModel(path);
//   if (!model.ok()) return model.status();
//   Use(*model);
//
// No octet function throws. The code tells a program what to do, the message
// tells a person: where, what was found, what was expected, what to do.
#ifndef OCTET_STATUS_H_
#define OCTET_STATUS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace octet {

// The numbers are the exit codes of the octet command.
enum class Code : uint8_t {
  kOk = 0,
  kFailed = 1,        // something outside failed: disk, memory, time
  kUsage = 2,         // the call itself is wrong: option, name, argument
  kBadInput = 3,      // the model or the data is wrong
  kUnsupported = 4,   // valid, but not something octet or this CPU can do
  kAccuracyGate = 5,  // ran, and lost more accuracy than allowed
  kSpeedGate = 6,     // ran, and was slower than allowed
  kDamaged = 7,       // an octet file that is damaged or of another version
};

class [[nodiscard]] Status {
 public:
  Status() = default;  // ok
  Status(Code code, std::string message)
      : code_(code), message_(std::move(message)) {}

  bool ok() const { return code_ == Code::kOk; }
  Code code() const { return code_; }
  const std::string& message() const { return message_; }

 private:
  Code code_ = Code::kOk;
  std::string message_;
};

// A value or the Status that says why there is none. Using the value of a
// failed Result is a bug in the caller and aborts.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}
  Result(Status status) : status_(std::move(status)) {
    if (status_.ok()) __builtin_trap();
  }

  bool ok() const { return value_.has_value(); }
  const Status& status() const { return status_; }

  T& operator*() & { return Get(); }
  const T& operator*() const& { return Get(); }
  T&& operator*() && { return std::move(Get()); }
  T* operator->() { return &Get(); }
  const T* operator->() const { return &Get(); }

 private:
  T& Get() {
    if (!value_) __builtin_trap();
    return *value_;
  }
  const T& Get() const {
    if (!value_) __builtin_trap();
    return *value_;
  }

  Status status_;
  std::optional<T> value_;
};

}  // namespace octet

// Leaves the enclosing function with the Status of `expr` if it failed.
#define OCTET_RETURN_IF_ERROR(expr)                \
  do {                                             \
    ::octet::Status octet_status_ = (expr);        \
    if (!octet_status_.ok()) return octet_status_; \
  } while (false)

#define OCTET_CONCAT_INNER_(a, b) a##b
#define OCTET_CONCAT_(a, b) OCTET_CONCAT_INNER_(a, b)

// OCTET_ASSIGN(auto x, F()): x becomes the value of F(), or its Status is
// returned from the enclosing function.
#define OCTET_ASSIGN(lhs, expr) \
  OCTET_ASSIGN_IMPL_(lhs, expr, OCTET_CONCAT_(octet_result_, __LINE__))
#define OCTET_ASSIGN_IMPL_(lhs, expr, result) \
  auto result = (expr);                       \
  if (!result.ok()) return result.status();   \
  lhs = *std::move(result)

#endif  // OCTET_STATUS_H_
