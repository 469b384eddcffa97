// Reads the fields of one table of a document, each with its type and limits.
#ifndef OCTET_VISION_FIELDS_H_
#define OCTET_VISION_FIELDS_H_

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "octet/status.h"

namespace octet::vision {

// A field that is absent leaves its target as it is. Every error is kBadInput
// and names `where`, the field, what was found and what was expected.
class Fields {
 public:
  // `table` outlives the object.
  Fields(const nlohmann::json& table, std::string where)
      : table_(table), where_(std::move(where)) {}

  // Fails if `table` is no table or has a key that is not in `known`.
  Status CheckKeys(std::span<const std::string_view> known) const;
  // The same for each such key, for those who list every fault.
  std::vector<Status> KeyFaults(std::span<const std::string_view> known) const;

  bool Has(std::string_view key) const;
  Status Read(std::string_view key, int64_t low, int64_t high,
              int64_t* value) const;
  Status Read(std::string_view key, double low, double high,
              double* value) const;
  Status Read(std::string_view key, std::string* value) const;
  // At most `most` elements.
  Status Read(std::string_view key, size_t most,
              std::vector<double>* value) const;
  Status Read(std::string_view key, size_t most,
              std::vector<int64_t>* value) const;
  Status Read(std::string_view key, size_t most,
              std::vector<std::string>* value) const;
  // Index in `names` of the text in the field; -1 if absent.
  Status ReadChoice(std::string_view key,
                    std::span<const std::string_view> names, int* index) const;

  const std::string& where() const { return where_; }

 private:
  const nlohmann::json* Find(std::string_view key) const;
  Status Wrong(std::string_view key, const nlohmann::json& found,
               std::string_view expected) const;
  Status Elements(std::string_view key, size_t most,
                  const nlohmann::json** list) const;

  const nlohmann::json& table_;
  std::string where_;
};

}  // namespace octet::vision

#endif  // OCTET_VISION_FIELDS_H_
