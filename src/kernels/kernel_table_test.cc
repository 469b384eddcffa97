// What holds for the tables of all families.
#include "kernels/kernel_table.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "base/cpu.h"
#include "kernels/attention_f32/attention_f32.h"
#include "kernels/attention_half/attention_half.h"
#include "kernels/attention_u8/attention_u8.h"
#include "kernels/binary_f32/binary_f32.h"
#include "kernels/binary_u8/binary_u8.h"
#include "kernels/cast/cast.h"
#include "kernels/conv_f32/conv_f32.h"
#include "kernels/conv_half/conv_half.h"
#include "kernels/conv_u8/conv_u8.h"
#include "kernels/depthwise_f32/depthwise_f32.h"
#include "kernels/depthwise_half/depthwise_half.h"
#include "kernels/depthwise_u8/depthwise_u8.h"
#include "kernels/fill/fill.h"
#include "kernels/gather/gather.h"
#include "kernels/layer_norm_f32/layer_norm_f32.h"
#include "kernels/matmul_f32/matmul_f32.h"
#include "kernels/matmul_u8/matmul_u8.h"
#include "kernels/pool/pool.h"
#include "kernels/quantize/quantize.h"
#include "kernels/reduce_f32/reduce_f32.h"
#include "kernels/resize/resize.h"
#include "kernels/softmax_f32/softmax_f32.h"
#include "kernels/strided_copy/strided_copy.h"
#include "kernels/table_u8/table_u8.h"
#include "kernels/unary_f32/unary_f32.h"

namespace octet::kernels {
namespace {

template <typename Params>
void CheckTable(const char* family, KernelTable<Params> table) {
  SCOPED_TRACE(family);
  ASSERT_GE(table.size, 1);
  // Best first, and the last row runs anywhere.
  for (int i = 1; i < table.size; ++i) {
    EXPECT_GE(table.rows[i - 1].level, table.rows[i].level);
  }
  EXPECT_EQ(table.rows[table.size - 1].level, CpuLevel::kScalar);
  for (const Kernel<Params>& row : table) {
    const std::string name = row.name;
    EXPECT_NE(row.fn, nullptr);
    EXPECT_EQ(name.rfind(std::string(family) + "_", 0), 0u) << name;
    // The name says the level.
    if (row.level != CpuLevel::kScalar) {
      const std::string level(Name(row.level));
      EXPECT_NE(name.find(level), std::string::npos) << name;
    }
    EXPECT_LE(table.Best(row.level).level, row.level);
    // Levels of AVX-512 may lack AVX-VNNI.
    EXPECT_NE(table.Best(CpuLevel::kAvx512Vnni).level, CpuLevel::kAvxVnni);
  }
  EXPECT_EQ(&table.Best(CpuLevel::kAvx512Bf16), table.rows);
}

TEST(KernelTables, HaveTheBestRowFirstAndAReferenceLast) {
  CheckTable("attention_f32", AttentionF32Kernels());
  CheckTable("attention_half", AttentionHalfKernels());
  CheckTable("attention_u8", AttentionU8Kernels());
  CheckTable("binary_f32", BinaryF32Kernels());
  CheckTable("binary_u8", BinaryU8Kernels());
  CheckTable("cast", CastKernels());
  CheckTable("conv_f32", ConvF32Kernels());
  CheckTable("conv_half", ConvHalfKernels());
  CheckTable("conv_u8", ConvU8Kernels());
  CheckTable("depthwise_f32", DepthwiseF32Kernels());
  CheckTable("depthwise_half", DepthwiseHalfKernels());
  CheckTable("depthwise_u8", DepthwiseU8Kernels());
  CheckTable("fill", FillKernels());
  CheckTable("gather", GatherKernels());
  CheckTable("layer_norm_f32", LayerNormF32Kernels());
  CheckTable("matmul_f32", MatMulF32Kernels());
  CheckTable("matmul_u8", MatMulU8Kernels());
  CheckTable("pool_u8", PoolU8Kernels());
  CheckTable("pool_f32", PoolF32Kernels());
  CheckTable("quantize", QuantizeKernels());
  CheckTable("dequantize", DequantizeKernels());
  CheckTable("requantize", RequantizeKernels());
  CheckTable("reduce_f32", ReduceF32Kernels());
  CheckTable("resize", ResizeKernels());
  CheckTable("softmax_f32", SoftmaxF32Kernels());
  CheckTable("strided_copy", StridedCopyKernels());
  CheckTable("table_u8", TableU8Kernels());
  CheckTable("unary_f32", UnaryF32Kernels());
}

struct NoParams {};
void First(const NoParams&, int64_t, int64_t, std::byte*) {}
void Second(const NoParams&, int64_t, int64_t, std::byte*) {}
void Third(const NoParams&, int64_t, int64_t, std::byte*) {}

TEST(KernelTable, PicksTheBestRowThatALevelCanRun) {
  const Kernel<NoParams> rows[] = {{"a", CpuLevel::kAvx512Vnni, First},
                                   {"b", CpuLevel::kAvx2, Second},
                                   {"c", CpuLevel::kScalar, Third}};
  const KernelTable<NoParams> table{rows, 3};
  EXPECT_EQ(table.Best(CpuLevel::kAvx512Vnni).fn, &First);
  EXPECT_EQ(table.Best(CpuLevel::kAvx2).fn, &Second);
  EXPECT_EQ(table.Best(CpuLevel::kScalar).fn, &Third);
}

}  // namespace
}  // namespace octet::kernels
