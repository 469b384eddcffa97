// Steps for inline assembler, one for each of twelve registers.
#ifndef OCTET_KERNELS_PEAK_TWELVE_H_
#define OCTET_KERNELS_PEAK_TWELVE_H_

// Twelve independent sums are more than latency times throughput.
#define OCTET_TWELVE(STEP) \
  STEP(0)                  \
  STEP(1)                  \
  STEP(2)                  \
  STEP(3) STEP(4) STEP(5) STEP(6) STEP(7) STEP(8) STEP(9) STEP(10) STEP(11)

#endif  // OCTET_KERNELS_PEAK_TWELVE_H_
