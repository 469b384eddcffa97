#include "compile/onnx/import.h"

#include <new>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "compile/onnx/external_data.h"
#include "compile/onnx/import_graph.h"
#include "compile/onnx/model_proto.h"

namespace octet::compile {
namespace {

Result<Graph> Import(std::span<const std::byte> bytes, ExternalData external,
                     const ImportOptions& options) {
  try {
    OCTET_ASSIGN(const ParsedModel model, ParsedModel::Parse(bytes));
    return ImportModel(
        model.proto(),
        TensorReader(std::move(external), options.most_constant_bytes),
        options);
  } catch (const std::bad_alloc&) {
    return Failed("out of memory while importing; free some and try again");
  }
}

}  // namespace

Result<Graph> ImportOnnx(std::span<const std::byte> bytes,
                         const ImportOptions& options) {
  return Import(bytes, ExternalData(), options);
}

Result<Graph> ImportOnnx(const std::string& path,
                         const ImportOptions& options) {
  OCTET_ASSIGN(const MappedFile file, MappedFile::Open(path));
  OCTET_ASSIGN(ExternalData external, ExternalData::Beside(path));
  Result<Graph> graph = Import(file.bytes(), std::move(external), options);
  if (graph.ok()) return graph;
  return Status(graph.status().code(),
                fmt::format("{}: {}", path, graph.status().message()));
}

}  // namespace octet::compile
