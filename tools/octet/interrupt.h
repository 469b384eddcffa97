// Ctrl-C as a question that long work asks between two of its steps.
#ifndef OCTET_TOOLS_OCTET_INTERRUPT_H_
#define OCTET_TOOLS_OCTET_INTERRUPT_H_

namespace octet::cli {

// While one lives, Ctrl-C does not end the process. One at a time.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  // Whether Ctrl-C was pressed since the latest guard was made.
  static bool Interrupted();

 private:
  void (*before_)(int);
};

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_INTERRUPT_H_
