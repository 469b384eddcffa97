#include "interrupt.h"

#include <csignal>

namespace octet::cli {
namespace {

volatile std::sig_atomic_t interrupted = 0;
void OnInterrupt(int) { interrupted = 1; }

}  // namespace

InterruptGuard::InterruptGuard() : before_(std::signal(SIGINT, OnInterrupt)) {
  interrupted = 0;
}

InterruptGuard::~InterruptGuard() { std::signal(SIGINT, before_); }

bool InterruptGuard::Interrupted() { return interrupted != 0; }

}  // namespace octet::cli
