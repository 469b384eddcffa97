#include "engine/metadata.h"

#include "base/error.h"

namespace octet::engine {
namespace {

// Every step and value is a table or two; ten thousand steps are a large
// network.
constexpr flatbuffers::uoffset_t kMaxTables = 1 << 20;
constexpr flatbuffers::uoffset_t kMaxDepth = 16;

// Adds up what a Program's strings and arrays take in memory, and sees whether
// the elements of arrays are aligned, which the Verifier does not.
class Size {
 public:
  template <typename T>
  void Add(const flatbuffers::Vector<T>* v) {
    if (v == nullptr) return;
    bytes_ += uint64_t{v->size()} * sizeof(T);
    aligned_ &= reinterpret_cast<uintptr_t>(v->Data()) % sizeof(T) == 0;
  }
  void Add(const flatbuffers::String* s) {
    if (s != nullptr) bytes_ += s->size();
  }
  template <typename... Parts>
  void AddAll(const Parts*... parts) {
    (Add(parts), ...);
  }
  uint64_t bytes() const { return bytes_; }
  bool aligned() const { return aligned_; }

 private:
  uint64_t bytes_ = 0;
  bool aligned_ = true;
};

// Calls visit for each table of a list that may be missing.
template <typename List, typename Visit>
void ForEach(const List* list, Visit visit) {
  if (list == nullptr) return;
  for (const auto* table : *list) visit(*table);
}

template <typename Product>
void AddPerms(Size& size, const Product* p) {
  if (p != nullptr) size.AddAll(p->a_perm(), p->b_perm(), p->y_perm());
}

template <typename Attention>
void AddAttention(Size& size, const Attention* p) {
  AddPerms(size, p);
  if (p != nullptr) size.Add(p->c_perm());
}

void AddStep(Size& size, const engine::Step& step) {
  size.AddAll(step.name(), step.node(), step.precision(), step.reason());
  if (const auto* p = step.params_as_StridedCopy()) {
    size.AddAll(p->extents(), p->x_strides(), p->y_strides());
  }
  if (const auto* p = step.params_as_Reduce()) size.Add(p->axes());
  AddPerms(size, step.params_as_MatMulF32());
  AddPerms(size, step.params_as_MatMulU8());
  AddAttention(size, step.params_as_AttentionF32());
  AddAttention(size, step.params_as_AttentionU8());
  AddAttention(size, step.params_as_AttentionHalf());
}

void AddValue(Size& size, const engine::Value& value) {
  size.AddAll(value.name(), value.dims());
  if (const auto* q = value.quant()) size.AddAll(q->scale(), q->zero_point());
}

Size UnpackedSize(const Program& program) {
  Size size;
  size.AddAll(program.model_name(), program.model_hash(),
              program.octet_version(), program.target(), program.preprocess(),
              program.detect(), program.calibration(), program.profiles(),
              program.notes());
  ForEach(program.notes(), [&](const engine::NodeNote& n) {
    size.AddAll(n.node(), n.type(), n.precision(), n.reason());
  });
  ForEach(program.profiles(), [&](const engine::Profile& profile) {
    size.AddAll(profile.inputs(), profile.outputs(), profile.values(),
                profile.steps());
    ForEach(profile.values(),
            [&](const engine::Value& value) { AddValue(size, value); });
    ForEach(profile.steps(),
            [&](const engine::Step& step) { AddStep(size, step); });
  });
  return size;
}

}  // namespace

AlignedBytes PackProgram(const ProgramT& program) {
  flatbuffers::FlatBufferBuilder builder;
  FinishProgramBuffer(builder, Program::Pack(builder, &program));
  const auto bytes =
      std::as_bytes(std::span(builder.GetBufferPointer(), builder.GetSize()));
  return AlignedBytes(bytes.begin(), bytes.end());
}

Result<ProgramT> UnpackProgram(std::span<const std::byte> bytes) {
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  if (bytes.size() >= FLATBUFFERS_MAX_BUFFER_SIZE) {
    return Damaged("the metadata is {} bytes long", bytes.size());
  }
  flatbuffers::Verifier verifier(data, bytes.size(), kMaxDepth, kMaxTables);
  if (!VerifyProgramBuffer(verifier)) {
    return Damaged("the metadata is not a program");
  }
  const Program& stored = *GetProgram(data);
  const Size size = UnpackedSize(stored);
  if (!size.aligned()) {
    return Damaged("the metadata's arrays are not where they must be");
  }
  if (size.bytes() > bytes.size()) {
    return Damaged("the metadata would unpack to more than it holds");
  }
  ProgramT program;
  stored.UnPackTo(&program);
  return program;
}

}  // namespace octet::engine
