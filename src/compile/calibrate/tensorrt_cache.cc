#include "compile/calibrate/tensorrt_cache.h"

#include <bit>
#include <charconv>
#include <cmath>

#include "base/error.h"

namespace octet::compile {
namespace {

constexpr size_t kMaxLines = 1 << 20;
constexpr std::string_view kFirstWord = "TRT-";

Status WrongLine(std::string_view source, size_t number) {
  return BadInput(
      "{}:{}: not a line of a TensorRT calibration cache; expected "
      "'name: hhhhhhhh', the bits of a positive float32",
      source, number);
}

}  // namespace

bool IsTensorRtCache(std::string_view text) {
  return text.starts_with(kFirstWord);
}

Result<TensorRtCache> ParseTensorRtCache(std::string_view text,
                                         std::string_view source) {
  TensorRtCache cache;
  size_t number = 0;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? "" : text.substr(end + 1);
    while (line.ends_with('\r')) line.remove_suffix(1);
    if (++number > kMaxLines) return WrongLine(source, number);
    if (number == 1) {
      if (!IsTensorRtCache(line)) {
        return BadInput(
            "{}: not a TensorRT calibration cache: its first line "
            "begins with TRT-",
            source);
      }
      cache.header = line;
      continue;
    }
    if (line.empty()) continue;
    const size_t colon = line.rfind(": ");
    if (colon == std::string_view::npos || colon == 0) {
      return WrongLine(source, number);
    }
    const std::string_view hex = line.substr(colon + 2);
    uint32_t bits = 0;
    const auto [last, error] =
        std::from_chars(hex.data(), hex.data() + hex.size(), bits, 16);
    const float scale = std::bit_cast<float>(bits);
    if (error != std::errc() || last != hex.data() + hex.size() ||
        !std::isfinite(scale) || std::signbit(scale)) {
      return WrongLine(source, number);
    }
    cache.scale[std::string(line.substr(0, colon))] = scale;
  }
  if (number == 0) return BadInput("{}: empty", source);
  return cache;
}

std::string WriteTensorRtCache(const TensorRtCache& cache) {
  std::string text = cache.header + "\n";
  for (const auto& [name, scale] : cache.scale) {
    text += fmt::format("{}: {:08x}\n", name, std::bit_cast<uint32_t>(scale));
  }
  return text;
}

}  // namespace octet::compile
