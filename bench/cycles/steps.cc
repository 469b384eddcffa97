// Writes down which instructions an AVX-512 kernel executes, on a machine that
// need not have AVX-512: static_cycles.py feeds them to llvm-mca.
//
//   octet_steps FAMILY PROBLEM LENGTHS >STEPS
//
//   FAMILY   conv_u8, conv_u8_winograd or depthwise_u8
//   PROBLEM  a line as in the family's problems.txt
//   LENGTHS  a file with "ADDRESS BYTES" (hexadecimal, decimal) of each
//            instruction of this program
//   STEPS    "ADDRESS\n" of each instruction executed, in order
//
// The program steps through the kernel with the processor's trap flag. An
// instruction that the processor lacks is passed over: the numbers come out
// wrong, but the way through an integer kernel does not depend on them.
#include <link.h>
#include <signal.h>
#include <ucontext.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <unordered_map>
#include <vector>

#include "kernels/conv_u8/conv_u8.h"
#include "kernels/conv_u8/conv_u8_problem.h"
#include "kernels/conv_u8_winograd/conv_u8_winograd.h"
#include "kernels/depthwise_u8/depthwise_u8.h"
#include "kernels/depthwise_u8/depthwise_u8_problem.h"
#include "kernels/testing/problem.h"
#include "kernels/testing/problem_output.h"
#include "kernels/work.h"

namespace octet::kernels {
namespace {

constexpr greg_t kTrapFlag = 0x100;

uintptr_t program_base = 0;
std::unordered_map<uintptr_t, int> lengths;
std::vector<uintptr_t> steps;

uintptr_t Address(const ucontext_t* context) {
  return uintptr_t(context->uc_mcontext.gregs[REG_RIP]) - program_base;
}

void OnTrap(int, siginfo_t*, void* context) {
  steps.push_back(Address(static_cast<ucontext_t*>(context)));
}

greg_t& General(ucontext_t* context, int number) {
  constexpr int kAt[] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP,
                         REG_RSI, REG_RDI, REG_R8,  REG_R9,  REG_R10, REG_R11,
                         REG_R12, REG_R13, REG_R14, REG_R15};
  return context->uc_mcontext.gregs[kAt[number]];
}

// Where the memory operand of an EVEX instruction of 8 bytes is.
uint64_t* MemoryOperand(ucontext_t* context, const uint8_t* code) {
  const int mod = code[5] >> 6, rm = code[5] & 7;
  const uint8_t* rest = code + 6;
  int base = rm | (code[1] & 0x20 ? 0 : 8);
  greg_t address = 0;
  if (rm == 4) {
    const uint8_t sib = *rest++;
    base = (sib & 7) | (code[1] & 0x20 ? 0 : 8);
    const int index = (sib >> 3 & 7) | (code[1] & 0x40 ? 0 : 8);
    if (index != 4) address += General(context, index) << (sib >> 6);
  }
  address += General(context, base);
  int32_t far;
  std::memcpy(&far, rest, sizeof far);
  if (mod == 1) address += 8 * int8_t(*rest);
  if (mod == 2) address += far;
  return reinterpret_cast<uint64_t*>(address);
}

// The lower half of vector register `number`: the upper sixteen are kept here.
uint64_t* Vector(ucontext_t* context, int number) {
  static uint64_t upper[16];
  if (number >= 16) return &upper[number - 16];
  return reinterpret_cast<uint64_t*>(
      &context->uc_mcontext.fpregs->_xmm[number]);
}

// Pointers that g++ keeps in vector registers must come back: vmovq and
// vmovdqa64 of 16 bytes, of which the lower half is moved.
void MoveQuad(ucontext_t* context, const uint8_t* code) {
  const bool is_128 =
      code[0] == 0x62 && (code[1] & 7) == 1 && !(code[3] & 0x60);
  const int opcode = (code[2] & 3) << 8 | code[4];
  const bool is_vector =
      opcode == 0x16f || opcode == 0x17f || opcode == 0x1d6 || opcode == 0x27e;
  const bool is_general = opcode == 0x16e || opcode == 0x17e;
  if (!is_128 || !(is_vector || is_general)) return;
  uint64_t* const vector =
      Vector(context, (code[5] >> 3 & 7) | (code[1] & 0x80 ? 0 : 8) |
                          (code[1] & 0x10 ? 0 : 16));
  const int number = (code[5] & 7) | (code[1] & 0x20 ? 0 : 8);
  uint64_t* other;
  if (code[5] >> 6 != 3) {
    other = MemoryOperand(context, code);
  } else if (is_vector) {
    other = Vector(context, number | (code[1] & 0x40 ? 0 : 16));
  } else {
    other = reinterpret_cast<uint64_t*>(&General(context, number));
  }
  const bool stores = opcode == 0x17e || opcode == 0x17f || opcode == 0x1d6;
  if (stores) {
    *other = *vector;
  } else {
    *vector = *other;
  }
}

void OnIllegal(int, siginfo_t*, void* memory) {
  ucontext_t* const context = static_cast<ucontext_t*>(memory);
  const auto length = lengths.find(Address(context));
  if (length == lengths.end()) std::abort();
  MoveQuad(context, reinterpret_cast<const uint8_t*>(
                        context->uc_mcontext.gregs[REG_RIP]));
  context->uc_mcontext.gregs[REG_RIP] += length->second;
  steps.push_back(Address(context));
}

void ReadLengths(const char* path) {
  std::FILE* const file = std::fopen(path, "r");
  if (file == nullptr) std::abort();
  unsigned long address;
  int bytes;
  while (std::fscanf(file, "%lx %d", &address, &bytes) == 2) {
    lengths[address] = bytes;
  }
  std::fclose(file);
  // The program itself comes first.
  dl_iterate_phdr(
      [](dl_phdr_info* info, size_t, void*) {
        program_base = info->dlpi_addr;
        return 1;
      },
      nullptr);
}

void Handle(int signal, void (*handler)(int, siginfo_t*, void*)) {
  struct sigaction action = {};
  action.sa_sigaction = handler;
  action.sa_flags = SA_SIGINFO;
  sigaction(signal, &action, nullptr);
}

void FlipTrapFlag() {
  // 128 bytes below the stack pointer may be in use.
  asm volatile(
      "lea -128(%%rsp), %%rsp\n pushfq\n xorq %0, (%%rsp)\n popfq\n"
      "lea 128(%%rsp), %%rsp\n" ::"i"(kTrapFlag)
      : "memory", "cc");
}

template <typename ProblemType, typename Params>
void Step(const Problem& line, KernelFn<Params> fn,
          Work (*plan)(const Params&, int)) {
  const ProblemType problem(line);
  ProblemOutput output(problem);
  const Params params = problem.WriteTo(output.u8, output.f32);
  const size_t bytes = size_t(RoundUp(plan(params, 1).scratch_bytes + 64, 64));
  std::unique_ptr<std::byte, void (*)(void*)> scratch(
      static_cast<std::byte*>(std::aligned_alloc(64, bytes)), std::free);
  std::memset(scratch.get(), 0, bytes);
  steps.reserve(size_t(1) << 24);
  FlipTrapFlag();
  fn(params, 0, 1, scratch.get());
  FlipTrapFlag();
}

bool StepFamily(const char* family, const Problem& line) {
  if (std::strcmp(family, "conv_u8") == 0) {
    Step<ConvU8Problem>(line, ConvU8Avx512Vnni, PlanConvU8);
  } else if (std::strcmp(family, "conv_u8_winograd") == 0) {
    Step<ConvU8Problem>(line, ConvU8WinogradAvx512Vnni, PlanConvU8Winograd);
  } else if (std::strcmp(family, "depthwise_u8") == 0) {
    Step<DepthwiseU8Problem>(line, DepthwiseU8Avx512Vnni, PlanDepthwiseU8);
  } else {
    return false;
  }
  return true;
}

}  // namespace
}  // namespace octet::kernels

int main(int argc, char** argv) {
  using namespace octet::kernels;
  if (argc != 4) {
    std::fprintf(stderr, "octet_steps FAMILY PROBLEM LENGTHS\n");
    return 2;
  }
  ReadLengths(argv[3]);
  Handle(SIGTRAP, OnTrap);
  Handle(SIGILL, OnIllegal);

  if (!StepFamily(argv[1], Problem(argv[2]))) return 2;
  for (const uintptr_t step : steps) std::printf("%lx\n", (unsigned long)step);
  return 0;
}
