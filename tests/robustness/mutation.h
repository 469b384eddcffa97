// Damage to protobuf files, done so that most of it is read: not in the weights
// but in the structure around them.
#ifndef OCTET_TESTS_ROBUSTNESS_MUTATION_H_
#define OCTET_TESTS_ROBUSTNESS_MUTATION_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

namespace octet::robustness {

// Bytes [begin, end) of a file.
struct ByteRange {
  size_t begin = 0;
  size_t end = 0;
};

// The parts of a protobuf message that are not long strings or packed arrays:
// tags, lengths, numbers, names. In order, apart from each other.
std::vector<ByteRange> StructureOf(std::span<const std::byte> file);

// A damaged copy: one to eight changes of bits, bytes, numbers or whole
// stretches. The same file, structure and state of `random` give the same copy.
std::vector<std::byte> Mutate(std::span<const std::byte> file,
                              std::span<const ByteRange> structure,
                              std::mt19937_64& random);

}  // namespace octet::robustness

#endif  // OCTET_TESTS_ROBUSTNESS_MUTATION_H_
