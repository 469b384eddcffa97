#include "compile/onnx/model_proto.h"

#include <google/protobuf/arena.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <onnx.pb.h>

#include <cstdlib>
#include <limits>
#include <new>

#include "base/error.h"

namespace octet::compile {
namespace {

constexpr int kMostNesting = 64;
// A varint of one byte becomes eight, and a growing list leaves its former
// halves behind: 16 times. Empty messages of two bytes would be more.
constexpr size_t kMostGrowth = 24;
constexpr size_t kAlwaysAllowed = size_t{64} << 20;

// What the arena of the parse under way may still take. The arena's hooks take
// no context, and a parse stays on one thread.
thread_local size_t arena_budget = 0;

void* AllocateBlock(size_t size) {
  if (size > arena_budget) throw std::bad_alloc();
  void* block = std::malloc(size);
  if (block == nullptr) throw std::bad_alloc();
  arena_budget -= size;
  return block;
}

void FreeBlock(void* block, size_t) { std::free(block); }

}  // namespace

ParsedModel::ParsedModel() = default;
ParsedModel::ParsedModel(ParsedModel&&) noexcept = default;
ParsedModel& ParsedModel::operator=(ParsedModel&&) noexcept = default;
ParsedModel::~ParsedModel() = default;

Result<ParsedModel> ParsedModel::Parse(std::span<const std::byte> bytes) {
  if (bytes.size() >= size_t(std::numeric_limits<int>::max())) {
    return BadInput(
        "the file is 2 GiB or bigger, which ONNX does not allow; save the "
        "weights as external data");
  }
  google::protobuf::ArenaOptions options;
  options.block_alloc = AllocateBlock;
  options.block_dealloc = FreeBlock;
  arena_budget = bytes.size() * kMostGrowth + kAlwaysAllowed;
  ParsedModel model;
  model.arena_ = std::make_unique<google::protobuf::Arena>(options);
  try {
    auto* proto = google::protobuf::Arena::CreateMessage<onnx::ModelProto>(
        model.arena_.get());
    google::protobuf::io::ArrayInputStream array(bytes.data(),
                                                 int(bytes.size()));
    google::protobuf::io::CodedInputStream stream(&array);
    stream.SetRecursionLimit(kMostNesting);
    if (!proto->MergePartialFromCodedStream(&stream) ||
        !stream.ConsumedEntireMessage()) {
      return BadInput(
          "the file is damaged or no ONNX model (or nests deeper than {} "
          "messages)",
          kMostNesting);
    }
    model.proto_ = proto;
  } catch (const std::bad_alloc&) {
    return BadInput(
        "the file's messages need more memory than {} times its size; it is "
        "damaged or made to exhaust memory",
        kMostGrowth);
  }
  if (!model.proto_->has_graph()) {
    return BadInput("the file holds no graph; it is no ONNX model");
  }
  return model;
}

}  // namespace octet::compile
