// Plans: JSON that people edit. What is read is written and read the same.
#include "compile/plan/plan.h"
#include "fuzz/bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace octet;
  const auto plan = compile::PlanFromJson(fuzz::AsText(data, size), "fuzz");
  if (!plan.ok()) return 0;
  const std::string written = compile::ToJson(*plan);
  const auto again = compile::PlanFromJson(written, "again");
  fuzz::Expect(again.ok());
  fuzz::Expect(compile::ToJson(*again) == written);
  return 0;
}
