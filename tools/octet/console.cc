#include "console.h"

#include <unistd.h>

#include <cstdio>

namespace octet::cli {
namespace {

constexpr int kBarWidth = 30;
constexpr std::chrono::milliseconds kRedraw(100);
constexpr std::chrono::seconds kPlainLine(5);

std::string Bar(double share) {
  const int filled = int(share * kBarWidth);
  return std::string(size_t(filled), '#') +
         std::string(size_t(kBarWidth - filled), '.');
}

}  // namespace

void Console::PrintLine(const std::string& line) {
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

void Console::Remark(const std::string& line) {
  if (bar_open_) fmt::print(stderr, "\n");
  bar_open_ = false;
  fmt::print(stderr, "{}\n", line);
}

void Console::Verdict(const std::string& verdict, const std::string& reason,
                      const std::string& next) {
  result_["verdict"] = verdict;
  if (!reason.empty()) result_["reason"] = reason;
  if (!next.empty()) result_["next"] = next;
  if (json) return;
  if (quiet) {
    PrintLine(verdict);
    return;
  }
  PrintLine("");
  PrintLine("verdict: " + verdict);
  if (!reason.empty()) PrintLine("because: " + reason);
  if (!next.empty()) PrintLine("next:    " + next);
}

void Console::Finish() {
  if (!json) return;
  const auto replace = nlohmann::json::error_handler_t::replace;
  PrintLine(result_.dump(2, ' ', false, replace));
}

void Console::Progress(const std::string& what, int64_t done, int64_t all) {
  if (quiet || json) return;
  const auto now = std::chrono::steady_clock::now();
  if (job_ != what) {
    job_ = what;
    started_ = now;
    done_before_ = done;
    // Elsewhere than on a terminal the first line waits its time.
    shown_ = isatty(STDERR_FILENO) != 0 ? decltype(now){} : now;
  }
  const bool terminal = isatty(STDERR_FILENO) != 0;
  const bool last = done >= all;
  if (!last && now - shown_ < kRedraw) return;
  if (!terminal && !last && now - shown_ < kPlainLine) return;
  shown_ = now;
  const double seconds = std::chrono::duration<double>(now - started_).count();
  const auto since = double(done - done_before_);
  const double rate = seconds > 0 ? since / seconds : 0;
  // What was done before the first call took an unknown time.
  const std::string pace = rate > 0
                               ? fmt::format("  {:.1f}/s  {:.0f} s left", rate,
                                             double(all - done) / rate)
                               : "";
  const std::string line =
      fmt::format("{} {} {}/{}{}", what,
                  terminal ? "[" + Bar(double(done) / double(all)) + "]" : "",
                  done, all, pace);
  if (!terminal) {
    fmt::print(stderr, "{}\n", line);
    return;
  }
  fmt::print(stderr, "\r{}{}", line, last ? "\n" : "  ");
  std::fflush(stderr);
  bar_open_ = !last;
}

std::string Bytes(double bytes) {
  constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB"};
  int unit = 0;
  while (bytes >= 1024 && unit < 3) {
    bytes /= 1024;
    ++unit;
  }
  return fmt::format("{:.{}f} {}", bytes, unit == 0 ? 0 : 1, kUnits[unit]);
}

std::string SessionUse(const MemoryUse& memory) {
  const auto bytes = [](int64_t count) { return Bytes(double(count)); };
  const std::string parts = fmt::format(
      "{} (arena {}, scratch beyond it {}", bytes(memory.session_bytes()),
      bytes(memory.arena_bytes), bytes(memory.scratch_bytes));
  if (memory.live_bytes == 0) return parts + ")";
  const double over =
      double(memory.session_bytes()) / double(memory.live_bytes) - 1;
  return fmt::format("{}; {:+.1f} % over the {} needed at one time)", parts,
                     100 * over, bytes(memory.live_bytes));
}

}  // namespace octet::cli
