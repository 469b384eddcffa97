// Tensors that another runtime computed, from a folder of .npy and .npz files.
#ifndef OCTET_TOOLS_OCTET_DUMPED_TENSORS_H_
#define OCTET_TOOLS_OCTET_DUMPED_TENSORS_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "evaluate/arrays.h"
#include "octet/compiler.h"

namespace octet::cli {

// Files are named after the model's values, `/` and `:` as `_`; members of an
// .npz too. The first axis of an array counts the samples.
class DumpedTensors {
 public:
  //   errors: kBadInput if there is no such file, or two arrays of one name;
  //           those of ArrayFile::Open.
  static Result<std::shared_ptr<const DumpedTensors>> Open(
      const std::string& folder);

  // All f32 arrays, of the sample at `index`; an array of fewer samples is left
  // out.
  NamedTensors Sample(int64_t index) const;

  // What the model was run on, where the folder holds its inputs too.
  //   errors: kBadInput if one is missing, with what to do.
  Result<std::unique_ptr<SampleSource>> Inputs(const Model& model) const;

  size_t size() const { return arrays_.size(); }

 private:
  std::string folder_;
  std::vector<evaluate::ArrayFile> files_;
  std::map<std::string, const evaluate::NpyArray*> arrays_;
};

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_DUMPED_TENSORS_H_
