// The machine on which numbers were measured.
#ifndef OCTET_TOOLS_OCTET_MACHINE_H_
#define OCTET_TOOLS_OCTET_MACHINE_H_

#include <string>

namespace octet::cli {

// As the processor calls itself; "unknown CPU" where it does not say.
std::string CpuName();

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_MACHINE_H_
