// The version of octet.
#ifndef OCTET_VERSION_H_
#define OCTET_VERSION_H_

namespace octet {

inline constexpr char kVersion[] = "0.1.0";

}  // namespace octet

#endif  // OCTET_VERSION_H_
