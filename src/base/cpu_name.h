// What this machine's processor calls itself.
#ifndef OCTET_BASE_CPU_NAME_H_
#define OCTET_BASE_CPU_NAME_H_

#include <string>

namespace octet {

// "AMD EPYC 9654 96-Core Processor"; "unknown CPU" where it does not say.
std::string CpuName();

}  // namespace octet

#endif  // OCTET_BASE_CPU_NAME_H_
