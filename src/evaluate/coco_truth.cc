#include "evaluate/coco_truth.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <unordered_set>

#include "base/error.h"
#include "base/file.h"

namespace octet::evaluate {
namespace {

using nlohmann::json;

// Polygons are nine tenths of the file and of no use for boxes.
bool IsWanted(int, json::parse_event_t event, json& parsed) {
  return event != json::parse_event_t::key ||
         (parsed != "segmentation" && parsed != "licenses" && parsed != "info");
}

// One object of the file; remembers the first thing that was wrong.
class Object {
 public:
  Object(const json& value, std::string where)
      : value_(value), where_(std::move(where)) {
    if (!value_.is_object()) Fail("is no object");
  }

  int64_t Integer(const char* key) {
    const json* field = Find(key);
    if (field == nullptr) return 0;
    if (!field->is_number_integer() ||
        (field->is_number_unsigned() &&
         field->get<uint64_t>() > uint64_t(INT64_MAX))) {
      Fail(fmt::format("'{}' is no whole number", key));
      return 0;
    }
    return field->get<int64_t>();
  }

  std::string Text(const char* key) {
    const json* field = Find(key);
    if (field == nullptr) return "";
    if (!field->is_string()) {
      Fail(fmt::format("'{}' is no text", key));
      return "";
    }
    return field->get<std::string>();
  }

  bool Has(const char* key) const {
    return value_.is_object() && value_.contains(key);
  }

  double Number(const char* key) {
    const json* field = Find(key);
    return field == nullptr ? 0 : ToNumber(*field, key);
  }

  void FourNumbers(const char* key, double* const (&targets)[4]) {
    const json* field = Find(key);
    if (field == nullptr) return;
    if (!field->is_array() || field->size() != 4) {
      Fail(fmt::format("'{}' is no list of four numbers", key));
      return;
    }
    for (size_t i = 0; i < 4; ++i) *targets[i] = ToNumber((*field)[i], key);
  }

  Status status() const {
    if (error_.empty()) return {};
    return BadInput("{}: {}", where_, error_);
  }

 private:
  const json* Find(const char* key) {
    if (!value_.is_object()) return nullptr;
    const auto found = value_.find(key);
    if (found == value_.end()) {
      Fail(fmt::format("has no '{}'", key));
      return nullptr;
    }
    return &*found;
  }

  double ToNumber(const json& field, const char* key) {
    if (!field.is_number() || !std::isfinite(field.get<double>())) {
      Fail(fmt::format("'{}' is no number", key));
      return 0;
    }
    return field.get<double>();
  }

  void Fail(std::string error) {
    if (error_.empty()) error_ = std::move(error);
  }

  const json& value_;
  std::string where_;
  std::string error_;
};

Result<TruthImage> ReadImage(const json& value, const std::string& where) {
  Object object(value, where);
  TruthImage image;
  image.id = object.Integer("id");
  image.file_name = object.Text("file_name");
  if (object.Has("width")) image.width = object.Integer("width");
  if (object.Has("height")) image.height = object.Integer("height");
  OCTET_RETURN_IF_ERROR(object.status());
  return image;
}

Result<TruthCategory> ReadCategory(const json& value,
                                   const std::string& where) {
  Object object(value, where);
  TruthCategory category;
  category.id = object.Integer("id");
  category.name = object.Text("name");
  OCTET_RETURN_IF_ERROR(object.status());
  return category;
}

Result<TruthBox> ReadBox(const json& value, const std::string& where) {
  Object object(value, where);
  TruthBox box;
  box.id = object.Integer("id");
  box.image_id = object.Integer("image_id");
  box.category_id = object.Integer("category_id");
  object.FourNumbers("bbox", {&box.x, &box.y, &box.width, &box.height});
  box.area =
      object.Has("area") ? object.Number("area") : box.width * box.height;
  box.crowd = object.Has("iscrowd") && object.Number("iscrowd") != 0;
  OCTET_RETURN_IF_ERROR(object.status());
  return box;
}

// Every element of the list `key`, by `read`.
template <typename T>
Status ReadList(const json& document, const char* key, const std::string& name,
                Result<T> (*read)(const json&, const std::string&),
                std::vector<T>* list) {
  const auto found = document.find(key);
  if (found == document.end() || !found->is_array()) {
    return BadInput("{}: has no list '{}'", name, key);
  }
  for (size_t i = 0; i < found->size(); ++i) {
    OCTET_ASSIGN(T element,
                 read((*found)[i], fmt::format("{}: {}[{}]", name, key, i)));
    list->push_back(std::move(element));
  }
  return {};
}

template <typename T>
Status CheckIds(const std::vector<T>& list, const char* what,
                const std::string& name, std::unordered_set<int64_t>* ids) {
  for (const T& element : list) {
    if (!ids->insert(element.id).second) {
      return BadInput("{}: {} id {} is used twice", name, what, element.id);
    }
  }
  return {};
}

Result<CocoTruth> FromDocument(const json& document, const std::string& name) {
  if (!document.is_object()) {
    return BadInput("{}: is no COCO annotation file", name);
  }
  CocoTruth truth;
  OCTET_RETURN_IF_ERROR(
      ReadList(document, "images", name, ReadImage, &truth.images));
  OCTET_RETURN_IF_ERROR(
      ReadList(document, "categories", name, ReadCategory, &truth.categories));
  OCTET_RETURN_IF_ERROR(
      ReadList(document, "annotations", name, ReadBox, &truth.boxes));
  std::unordered_set<int64_t> images;
  std::unordered_set<int64_t> categories;
  std::unordered_set<int64_t> boxes;
  OCTET_RETURN_IF_ERROR(CheckIds(truth.images, "image", name, &images));
  OCTET_RETURN_IF_ERROR(
      CheckIds(truth.categories, "category", name, &categories));
  OCTET_RETURN_IF_ERROR(CheckIds(truth.boxes, "annotation", name, &boxes));
  for (const TruthBox& box : truth.boxes) {
    if (!images.contains(box.image_id) ||
        !categories.contains(box.category_id)) {
      return BadInput(
          "{}: annotation {} names image {} and category {}, of "
          "which one is not listed",
          name, box.id, box.image_id, box.category_id);
    }
  }
  std::ranges::sort(truth.categories, {}, &TruthCategory::id);
  return truth;
}

}  // namespace

Result<CocoTruth> ParseCocoTruth(std::span<const std::byte> bytes,
                                 const std::string& name) {
  const auto* text = reinterpret_cast<const char*>(bytes.data());
  try {
    const json document = json::parse(text, text + bytes.size(), IsWanted);
    return FromDocument(document, name);
  } catch (const std::exception& error) {
    return BadInput("{}: cannot be read as JSON: {}", name, error.what());
  }
}

Result<CocoTruth> ReadCocoTruth(const std::string& path) {
  OCTET_ASSIGN(const MappedFile file, MappedFile::Open(path));
  return ParseCocoTruth(file.bytes(), path);
}

}  // namespace octet::evaluate
