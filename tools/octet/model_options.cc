#include "model_options.h"

#include <charconv>
#include <filesystem>

#include "base/error.h"
#include "vision/preprocess_text.h"

namespace octet::cli {
namespace {

// "images:1x3x640x640" or "N=8".
Status ParseShape(const std::string& text, ModelOptions& options) {
  const auto wrong = [&] {
    return Usage("--shapes '{}': expected INPUT:1x3x224x224 or SYMBOL=8", text);
  };
  const auto number = [](std::string_view digits) -> int64_t {
    int64_t n = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), n);
    return error == std::errc() && end == digits.data() + digits.size() ? n
                                                                        : -1;
  };
  if (const size_t equals = text.rfind('='); equals != std::string::npos) {
    const int64_t n = number(std::string_view(text).substr(equals + 1));
    if (equals == 0 || n < 1) return wrong();
    options.symbols[text.substr(0, equals)] = n;
    return {};
  }
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return wrong();
  std::vector<int64_t> dims;
  std::string_view rest = std::string_view(text).substr(colon + 1);
  for (size_t x = 0; x != std::string_view::npos;) {
    x = rest.find('x');
    dims.push_back(number(rest.substr(0, x)));
    if (dims.back() < 1 || dims.size() > size_t(kMaxRank)) return wrong();
    if (x != std::string_view::npos) rest.remove_prefix(x + 1);
  }
  options.shapes[text.substr(0, colon)] = Shape(dims);
  return {};
}

}  // namespace

void ModelArguments::Add(CLI::App& app) {
  // Two options, so that what is said of them names the one that is typed.
  CLI::Option* model = app.add_option("MODEL", path, "ONNX model");
  app.add_option("--onnx", path, "ONNX model")->excludes(model);
  AddShapes(app);
}

void ModelArguments::AddShapes(CLI::App& app) {
  app.add_option("--shapes", shapes,
                 "INPUT:1x3x224x224 or SYMBOL=N, for open dimensions; several "
                 "with commas")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->group("Model");
}

Result<Model> ModelArguments::Open() const {
  if (path.empty()) return Usage("MODEL is required: an ONNX file");
  ModelOptions options;
  for (const std::string& text : shapes) {
    OCTET_RETURN_IF_ERROR(ParseShape(text, options));
  }
  return Model::Open(path, options);
}

void ModelArguments::Repeat(CommandLine& command) const {
  command.Add(path.empty() ? "MODEL" : path).Add("--shapes", shapes);
}

Result<vision::Settings> LoadPreprocess(const std::string& option,
                                        const std::string& model_path) {
  if (!option.empty()) return vision::LoadSettings(option);
  const std::filesystem::path model(model_path);
  for (const auto& beside :
       {std::filesystem::path(model).replace_extension(".preprocess.toml"),
        model.parent_path() / "preprocess.toml"}) {
    std::error_code ignored;  // no such file is an answer
    if (std::filesystem::is_regular_file(beside, ignored)) {
      return vision::LoadSettings(beside.string());
    }
  }
  return vision::LoadSettings("raw");
}

std::vector<evaluate::InputSpec> InputSpecs(
    const std::vector<ValueInfo>& inputs) {
  std::vector<evaluate::InputSpec> specs;
  for (const ValueInfo& input : inputs) {
    specs.push_back({input.name, input.dtype, input.shape});
  }
  return specs;
}

Result<std::string> RecordedPreprocess(
    const vision::Settings& settings,
    const std::vector<evaluate::InputSpec>& inputs) {
  if (settings.preprocess.raw) return std::string();
  vision::Preprocess bound = settings.preprocess;
  OCTET_RETURN_IF_ERROR(evaluate::BindPreprocess(inputs, &bound));
  return vision::ToText(bound);
}

Result<std::vector<Tensor>> RunSession(Session& session,
                                       const std::vector<Tensor>& inputs) {
  if (inputs.size() != session.inputs().size()) {
    return BadInput("{} tensors given, the engine has {} inputs", inputs.size(),
                    session.inputs().size());
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    OCTET_RETURN_IF_ERROR(session.SetInput(int(i), inputs[i]));
  }
  OCTET_RETURN_IF_ERROR(session.Run());
  std::vector<Tensor> outputs;
  for (size_t i = 0; i < session.outputs().size(); ++i) {
    OCTET_ASSIGN(outputs.emplace_back(), session.GetOutput(int(i)));
  }
  return outputs;
}

}  // namespace octet::cli
