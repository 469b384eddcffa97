// OCTET_CHECK: aborts when octet itself is wrong. Always on. No input may ever
// reach one: wrong input is a Status.
#ifndef OCTET_BASE_CHECK_H_
#define OCTET_BASE_CHECK_H_

namespace octet {

// Prints the condition and its place to stderr and aborts.
[[noreturn]] void CheckFailed(const char* condition, const char* file,
                              int line);

}  // namespace octet

#define OCTET_CHECK(condition)        \
  (__builtin_expect(!!(condition), 1) \
       ? static_cast<void>(0)         \
       : ::octet::CheckFailed(#condition, __FILE__, __LINE__))

#endif  // OCTET_BASE_CHECK_H_
