#include "compile/ir/op_fields.h"

namespace octet::compile {
namespace {

constexpr std::string_view kBinaryNames[] = {"add",  "sub",     "mul", "div",
                                             "pow",  "min",     "max", "equal",
                                             "less", "greater", "and", "or"};
constexpr std::string_view kPoolNames[] = {"max", "average"};
constexpr std::string_view kReduceNames[] = {"mean", "sum",  "max",
                                             "min",  "prod", "sum_square"};
constexpr std::string_view kPadNames[] = {"constant", "reflect", "edge"};
constexpr std::string_view kResizeNames[] = {"nearest", "linear"};
constexpr std::string_view kCoordinateNames[] = {
    "half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"};
constexpr std::string_view kRoundingNames[] = {
    "round_prefer_floor", "round_prefer_ceil", "floor", "ceil"};

}  // namespace

std::span<const std::string_view> EnumNames(BinaryOp) { return kBinaryNames; }
std::span<const std::string_view> EnumNames(PoolOp) { return kPoolNames; }
std::span<const std::string_view> EnumNames(ReduceOp) { return kReduceNames; }
std::span<const std::string_view> EnumNames(PadMode) { return kPadNames; }
std::span<const std::string_view> EnumNames(ResizeMode) { return kResizeNames; }
std::span<const std::string_view> EnumNames(ResizeCoordinates) {
  return kCoordinateNames;
}
std::span<const std::string_view> EnumNames(NearestRounding) {
  return kRoundingNames;
}

}  // namespace octet::compile
