// A session with what stands before and behind it: a picture in, objects out.
#ifndef OCTET_TOOLS_OCTET_DETECTOR_H_
#define OCTET_TOOLS_OCTET_DETECTOR_H_

#include <string>
#include <vector>

#include "engine_options.h"
#include "vision/decode/detect.h"

namespace octet::cli {

class Detector {
 public:
  // The preprocessing and decoder are those recorded in the engine. Where none
  // is recorded, `preprocess` says them, and the decoder is told by the shapes
  // of the outputs.
  //   errors: kUsage if neither says it, or `preprocess` differs from what is
  //           recorded.
  static Result<Detector> Create(const Engine& engine, Session session,
                                 const std::string& preprocess);

  Result<std::vector<vision::Detection>> Detect(const vision::Image& image);
  vision::DetectSpec& spec() { return spec_; }

 private:
  Detector(Session session, vision::Preprocess preprocess,
           vision::DetectSpec spec, vision::Layout layout)
      : session_(std::move(session)),
        preprocess_(std::move(preprocess)),
        spec_(std::move(spec)),
        layout_(layout) {}

  Session session_;
  vision::Preprocess preprocess_;
  vision::DetectSpec spec_;
  vision::Layout layout_;
};

// How the outputs of a session become boxes: as `settings` say, else by their
// shapes.
Result<vision::DetectSpec> DetectSpecFor(const vision::Settings& settings,
                                         const std::vector<ValueInfo>& inputs,
                                         const std::vector<ValueInfo>& outputs);

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_DETECTOR_H_
