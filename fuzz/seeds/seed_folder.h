// Where seeds are written: FOLDER/READER/NAME, a small file each.
#ifndef OCTET_FUZZ_SEEDS_SEED_FOLDER_H_
#define OCTET_FUZZ_SEEDS_SEED_FOLDER_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace octet::fuzz {

class SeedFolder {
 public:
  explicit SeedFolder(std::string path) : path_(std::move(path)) {}
  // `reader` is the fuzz target without "fuzz_". A seed that cannot be written
  // ends the program with a message.
  void Add(std::string_view reader, std::string_view name,
           std::span<const std::byte> bytes) const;
  void Add(std::string_view reader, std::string_view name,
           std::string_view text) const {
    Add(reader, name, std::as_bytes(std::span(text)));
  }

 private:
  std::string path_;
};

// Each in the file of its name: models and what is made of them, pictures and
// arrays, and settings.
void AddModelSeeds(const SeedFolder& folder);
void AddPictureSeeds(const SeedFolder& folder);
void AddTextSeeds(const SeedFolder& folder);

}  // namespace octet::fuzz

#endif  // OCTET_FUZZ_SEEDS_SEED_FOLDER_H_
