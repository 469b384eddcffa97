// octet detect: objects in pictures; boxes drawn, JSON written.
#include <filesystem>
#include <memory>
#include <optional>
#include <set>

#include "base/error.h"
#include "base/file.h"
#include "command.h"
#include "detector.h"
#include "evaluate/images.h"
#include "usage.h"
#include "vision/detections_json.h"
#include "vision/draw.h"

namespace octet::cli {
namespace {

namespace fs = std::filesystem;

struct DetectArguments {
  EngineArguments engine;
  std::vector<std::string> sources;
  std::string output;
  std::string preprocess;
  std::optional<double> score;
  int64_t limit = 0;
};

// Where annotated pictures go: OUTPUT/STEM.png, with a number behind the stem
// where several pictures have the same.
class AnnotatedPaths {
 public:
  explicit AnnotatedPaths(std::string folder) : folder_(std::move(folder)) {}

  std::string Next(const std::string& picture) {
    const std::string stem = fs::path(picture).stem().string();
    std::string name = stem;
    for (int i = 2; !taken_.insert(name).second; ++i) {
      name = fmt::format("{}-{}", stem, i);
    }
    return folder_ + "/" + name + ".png";
  }

 private:
  std::string folder_;
  std::set<std::string> taken_;
};

// What is drawn into the folder of a picture could replace it, or one beside
// it, and would be read as a picture the next time.
Status CheckNotReadFrom(const evaluate::ImageSource& images,
                        const std::string& output) {
  std::set<fs::path> folders;
  for (int64_t i = 0; i < images.size(); ++i) {
    const fs::path picture(images.Name(i));
    std::error_code error;  // what is not there cannot be replaced
    if (!fs::is_regular_file(picture, error)) continue;
    if (!folders.insert(picture.parent_path()).second) continue;
    const fs::path folder = fs::absolute(picture, error).parent_path();
    if (error || !fs::equivalent(folder, output, error)) continue;
    return Usage(
        "{}: pictures are read from there, and those with boxes could replace "
        "them; choose another folder with -o",
        output);
  }
  return {};
}

// All of them before the first picture is written.
Result<std::vector<std::shared_ptr<const evaluate::ImageSource>>> OpenSources(
    const DetectArguments& options) {
  std::vector<std::shared_ptr<const evaluate::ImageSource>> sources;
  for (const std::string& source : options.sources) {
    OCTET_ASSIGN(sources.emplace_back(), evaluate::OpenImages(source));
    OCTET_RETURN_IF_ERROR(CheckNotReadFrom(*sources.back(), options.output));
  }
  return sources;
}

// Writes the picture with its boxes.
Status SaveAnnotated(const std::string& path,
                     const std::vector<vision::Detection>& detections,
                     std::span<const std::string> names, vision::Image image) {
  vision::DrawDetections(detections, names, &image);
  OCTET_ASSIGN(const std::vector<std::byte> png, vision::EncodePng(image));
  return WriteFileAtomically(path, png);
}

Status DetectIn(const DetectArguments& options,
                const evaluate::ImageSource& images, Detector& detector,
                AnnotatedPaths& paths, Console& console,
                std::vector<vision::ImageDetections>& found) {
  const int64_t all = options.limit > 0 ? std::min(options.limit, images.size())
                                        : images.size();
  for (int64_t i = 0; i < all; ++i) {
    const std::string name = images.Name(i);
    Result<vision::Image> image = images.Get(i, vision::Channels::kRgb);
    if (!image.ok()) {
      console.Warn("skipped: {}", image.status().message());
      continue;
    }
    OCTET_ASSIGN(auto detections, detector.Detect(*image));
    found.push_back({name, image->width, image->height, detections});
    OCTET_RETURN_IF_ERROR(SaveAnnotated(paths.Next(name), detections,
                                        detector.spec().names,
                                        *std::move(image)));
    console.Progress("detecting", i + 1, all);
  }
  return {};
}

Status Detect(const DetectArguments& options, Console& console) {
  // False for NaN too.
  if (options.score && !(*options.score >= 0 && *options.score <= 1)) {
    return Usage("--score {}: expected a number from 0 to 1", *options.score);
  }
  OCTET_ASSIGN(const Engine engine, Engine::Open(options.engine.path));
  OCTET_ASSIGN(Session session, options.engine.NewSession(engine));
  OCTET_ASSIGN(Detector detector, Detector::Create(engine, std::move(session),
                                                   options.preprocess));
  if (options.score) detector.spec().score_threshold = *options.score;
  OCTET_ASSIGN(const auto sources, OpenSources(options));
  std::error_code error;
  fs::create_directories(options.output, error);
  if (error) {
    return BadInput("{}: cannot be made: {}; choose another folder with -o",
                    options.output, error.message());
  }
  std::vector<vision::ImageDetections> found;
  AnnotatedPaths paths(options.output);
  for (const auto& source : sources) {
    OCTET_RETURN_IF_ERROR(
        DetectIn(options, *source, detector, paths, console, found));
  }
  const std::string text = vision::DetectionsJson(found, detector.spec().names);
  OCTET_RETURN_IF_ERROR(
      WriteFileAtomically(options.output + "/detections.json", text));
  size_t objects = 0;
  for (const auto& image : found) objects += image.detections.size();
  console.result() = nlohmann::json::parse(text, nullptr, false);
  console.Verdict(
      fmt::format("{} objects in {} pictures", objects, found.size()), "",
      fmt::format("look at {}/*.png; {}/detections.json has the "
                  "boxes",
                  options.output, options.output));
  return {};
}

}  // namespace

std::function<Status(Console&)> AddDetect(CLI::App& app) {
  auto options = std::make_shared<DetectArguments>();
  options->engine.Add(app);
  app.add_option("SOURCE", options->sources, "folders or lists of pictures")
      ->required();
  app.add_option("-o,--output", options->output,
                 "folder for annotated pictures and detections.json")
      ->check(NotEmpty())
      ->required();
  app.add_option("--score", options->score, "least score that counts");
  app.add_option("--limit", options->limit, "first N pictures only; 0 = all")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--preprocess", options->preprocess,
                 "for an engine that records none");
  return [options](Console& console) { return Detect(*options, console); };
}

}  // namespace octet::cli
