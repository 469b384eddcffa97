#include "compile/search/timing_cache.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"

namespace octet::compile {
namespace {

constexpr size_t kMostBytes = size_t{64} << 20;
constexpr int kVersion = 1;
constexpr const char* kVersionName = "octet timing cache";
constexpr int kMostBlock = 1 << 20;

// A number of a row in [0, most]; -1 if it is not there or beyond.
int Number(const nlohmann::json& row, const char* name, int most) {
  const auto found = row.find(name);
  if (found == row.end() || !found->is_number_integer()) return -1;
  const auto value = found->get<int64_t>();
  return value >= 0 && value <= most ? int(value) : -1;
}

}  // namespace

Result<TimingCache> TimingCache::Read(const std::string& path) {
  TimingCache cache;
  std::error_code ignored;  // reading it says what is wrong
  if (!std::filesystem::exists(path, ignored)) return cache;
  OCTET_ASSIGN(const std::string text, ReadTextFile(path, kMostBytes));
  const auto json = nlohmann::json::parse(text, nullptr, false);
  const auto wrong = [&](std::string_view what) {
    return BadInput(
        "{}: {}; expected a file of build --timing-cache (delete it to time "
        "anew)",
        path, what);
  };
  if (!json.is_object() || Number(json, kVersionName, kVersion) != kVersion ||
      !json.contains("tactics") || !json["tactics"].is_object()) {
    return wrong("is no timing cache of this version");
  }
  for (const auto& [key, row] : json["tactics"].items()) {
    if (!row.is_object()) return wrong("a tactic is no object");
    // What the engine allows (engine/check_convolution.cc).
    const Tactic tactic = {Number(row, "algorithm", 2),
                           Number(row, "tile_vectors", 4),
                           Number(row, "tile_block", kMostBlock)};
    if (tactic.algorithm < 0 || tactic.tile_vectors < 0 ||
        tactic.tile_block < 0) {
      return wrong("the tactic of '" + key + "' does not exist");
    }
    cache.Add(key, tactic);
  }
  return cache;
}

Status TimingCache::Write(const std::string& path) const {
  nlohmann::json tactics = nlohmann::json::object();
  for (const auto& [key, tactic] : tactics_) {
    tactics[key] = {{"algorithm", tactic.algorithm},
                    {"tile_vectors", tactic.tile_vectors},
                    {"tile_block", tactic.tile_block}};
  }
  const nlohmann::json json = {{kVersionName, kVersion}, {"tactics", tactics}};
  return WriteFileAtomically(path, json.dump(1) + "\n");
}

const Tactic* TimingCache::Find(const std::string& key) const {
  const auto found = tactics_.find(key);
  return found == tactics_.end() ? nullptr : &found->second;
}

}  // namespace octet::compile
