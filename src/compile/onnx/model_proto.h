// From the bytes of a file to ONNX messages, within a memory budget.
#ifndef OCTET_COMPILE_ONNX_MODEL_PROTO_H_
#define OCTET_COMPILE_ONNX_MODEL_PROTO_H_

#include <cstddef>
#include <memory>
#include <span>

#include "octet/status.h"

namespace google::protobuf {
class Arena;
}
namespace onnx {
class ModelProto;
}

namespace octet::compile {

// A parsed model and the memory it stands in.
class ParsedModel {
 public:
  // errors: kBadInput if the bytes are no ONNX model, nest deeper than 64
  //         messages, are 2 GiB or more, or blow up: messages may take at most
  //         24 times the bytes and 64 MiB.
  static Result<ParsedModel> Parse(std::span<const std::byte> bytes);
  ParsedModel(ParsedModel&&) noexcept;
  ParsedModel& operator=(ParsedModel&&) noexcept;
  ~ParsedModel();

  const onnx::ModelProto& proto() const { return *proto_; }

 private:
  ParsedModel();
  std::unique_ptr<google::protobuf::Arena> arena_;
  const onnx::ModelProto* proto_ = nullptr;  // in arena_
};

}  // namespace octet::compile

#endif  // OCTET_COMPILE_ONNX_MODEL_PROTO_H_
