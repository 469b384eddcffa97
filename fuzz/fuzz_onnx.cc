// ONNX models, the whole way: import, shapes, passes, plan, lowering in float.
#include "compile/ir/bind.h"
#include "compile/ir/verify.h"
#include "compile/lower/lower.h"
#include "compile/onnx/import.h"
#include "compile/passes/passes.h"
#include "engine/validate.h"
#include "fuzz/bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace octet;
  compile::ImportOptions options;
  options.most_constant_bytes = 1 << 24;
  auto graph = compile::ImportOnnx(fuzz::AsBytes(data, size), options);
  if (!graph.ok()) return 0;
  fuzz::Expect(compile::Verify(*graph).ok());
  if (!compile::BindShapes(*graph, {}).ok()) return 0;
  if (!compile::RunPasses(*graph).ok()) return 0;
  fuzz::Expect(compile::Verify(*graph).ok());
  const auto lowered = compile::Lower(*graph, compile::FloatPlan(*graph));
  if (!lowered.ok()) return 0;
  fuzz::Expect(
      engine::Validate(lowered->program, lowered->constants.bytes().size())
          .ok());
  return 0;
}
