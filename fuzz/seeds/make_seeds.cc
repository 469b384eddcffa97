// Writes the seeds of all fuzz targets: make_seeds FOLDER. They are made here,
// small and the same every time, and not kept in the tree.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "fuzz/seeds/seed_folder.h"

namespace octet::fuzz {

void SeedFolder::Add(std::string_view reader, std::string_view name,
                     std::span<const std::byte> bytes) const {
  const std::filesystem::path file =
      std::filesystem::path(path_) / reader / name;
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  std::ofstream out(file, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()),
            std::streamsize(bytes.size()));
  if (!out.flush()) {
    std::fprintf(stderr, "make_seeds: cannot write %s\n", file.c_str());
    std::exit(1);
  }
}

}  // namespace octet::fuzz

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_seeds FOLDER\n");
    return 2;
  }
  const octet::fuzz::SeedFolder folder(argv[1]);
  octet::fuzz::AddModelSeeds(folder);
  octet::fuzz::AddPictureSeeds(folder);
  octet::fuzz::AddTextSeeds(folder);
  return 0;
}
