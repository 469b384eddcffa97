// Where tests find files.
#ifndef OCTET_VISION_TESTING_DATA_H_
#define OCTET_VISION_TESTING_DATA_H_

#include <cstdlib>
#include <string>

namespace octet::vision {

// The root of the sources; ctest sets the variable.
inline std::string SourceDir() {
  const char* root = std::getenv("OCTET_SOURCE_DIR");
  return root == nullptr ? "." : root;
}

// A file beside the vision tests.
inline std::string TestPicture(const std::string& name) {
  return SourceDir() + "/src/vision/testdata/" + name;
}

// Real models and pictures, which need not be there: tests that want them are
// skipped without.
inline std::string RealData(const std::string& name) {
  const char* root = std::getenv("OCTET_DATA");
  return (root == nullptr ? SourceDir() + "/../shared/data"
                          : std::string(root)) +
         "/" + name;
}

}  // namespace octet::vision

#endif  // OCTET_VISION_TESTING_DATA_H_
