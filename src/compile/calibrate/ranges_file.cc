#include "compile/calibrate/ranges_file.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/error.h"
#include "base/file.h"
#include "compile/calibrate/ranges_generated.h"

namespace octet::compile {
namespace {

constexpr char kMagic[8] = {'O', 'C', 'T', 'E', 'T', 'C', 'A', 'L'};
constexpr uint32_t kVersion = 2;
constexpr size_t kChecksumAt = 24, kHeader = 32;

void Put(std::vector<std::byte>& out, const void* data, size_t n) {
  const auto* bytes = static_cast<const std::byte*>(data);
  out.insert(out.end(), bytes, bytes + n);
}

template <typename T>
T Get(std::span<const std::byte> bytes, size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

uint64_t Checksum(std::span<const std::byte> bytes) {
  const XXH64_hash_t payload =
      XXH3_64bits(bytes.data() + kHeader, bytes.size() - kHeader);
  return XXH3_64bits_withSeed(bytes.data(), kChecksumAt, payload);
}

calib::ValueT Pack(const ValueRange& value) {
  calib::ValueT out;
  const Histogram& histogram = value.histogram;
  const auto& counts = histogram.counts();
  const auto filled = [](uint64_t n) { return n != 0; };
  const auto first = std::ranges::find_if(counts, filled);
  const auto last = std::find_if(counts.rbegin(), counts.rend(), filled);
  if (first != counts.end()) {
    out.first_bin = uint32_t(first - counts.begin());
    out.counts.assign(first, last.base());
  }
  out.name = value.name;
  out.structure = value.structure;
  out.exponent = histogram.exponent();
  out.zeros = histogram.zeros();
  out.non_finite = histogram.non_finite();
  out.low = histogram.extremes().low;
  out.high = histogram.extremes().high;
  out.channel_low = value.channel_low;
  out.channel_high = value.channel_high;
  out.low_sum_low = value.low_sum.low();
  out.low_sum_high = value.low_sum.high();
  out.high_sum_low = value.high_sum.low();
  out.high_sum_high = value.high_sum.high();
  out.low_sample = value.low_sample;
  out.high_sample = value.high_sample;
  out.moving_low = value.moving_low;
  out.moving_high = value.moving_high;
  return out;
}

bool Unpack(const calib::ValueT& in, ValueRange& value) {
  std::vector<uint64_t> counts;
  if (!in.counts.empty()) {
    counts.resize(Histogram::kBins);
    if (in.first_bin > counts.size() ||
        in.counts.size() > counts.size() - in.first_bin) {
      return false;
    }
    std::ranges::copy(in.counts, counts.begin() + in.first_bin);
  }
  const auto finite = [](float x) { return std::isfinite(x); };
  const bool valid = in.channel_low.size() == in.channel_high.size() &&
                     std::ranges::all_of(in.channel_low, finite) &&
                     std::ranges::all_of(in.channel_high, finite) &&
                     std::isfinite(in.moving_low) &&
                     std::isfinite(in.moving_high);
  value.name = in.name;
  value.structure = in.structure;
  value.channel_low = in.channel_low;
  value.channel_high = in.channel_high;
  value.low_sum = ExactSum::FromParts(in.low_sum_low, in.low_sum_high);
  value.high_sum = ExactSum::FromParts(in.high_sum_low, in.high_sum_high);
  value.low_sample = in.low_sample;
  value.high_sample = in.high_sample;
  value.moving_low = in.moving_low;
  value.moving_high = in.moving_high;
  return valid &&
         value.histogram.Restore(in.exponent, std::move(counts), in.zeros,
                                 in.non_finite, {in.low, in.high});
}

// Samples that are not there are missed by AreValidShards.
void UnpackShards(const calib::RangesT& in, std::vector<Shard>& shards) {
  std::span<const uint64_t> left = in.seen_samples;
  for (const calib::Shard& from : in.seen) {
    Shard& shard = shards.emplace_back();
    shard = {from.set_samples(), from.count(), from.number(), {}};
    const auto mine =
        left.first(size_t(std::min<uint64_t>(SamplesIn(shard), left.size())));
    shard.samples.assign(mine.begin(), mine.end());
    left = left.subspan(mine.size());
  }
}

bool HoldsTogether(const RangesFile& file) {
  const Ranges& ranges = file.ranges;
  const auto within = [&](const ValueRange& value) {
    return value.low_sum.IsOf(ranges.samples) &&
           value.high_sum.IsOf(ranges.samples);
  };
  return std::ranges::all_of(ranges.values, within) &&
         ranges.samples <= kMostSamples && AreValidShards(ranges.shards) &&
         file.progress.done.size() == file.progress.next_sample;
}

Result<RangesFile> Unpack(const calib::Ranges& payload,
                          std::string_view source) {
  calib::RangesT in;
  payload.UnPackTo(&in);
  RangesFile file;
  Ranges& ranges = file.ranges;
  ranges.preprocess = std::move(in.preprocess);
  ranges.samples = in.samples;
  ranges.fingerprint = in.fingerprint;
  ranges.structure = in.structure;
  ranges.skipped = std::move(in.skipped);
  ranges.ordered = in.ordered;
  for (const auto& item : in.values) {
    ValueRange& value = ranges.values.emplace_back();
    if (item == nullptr || !Unpack(*item, value)) {
      return Damaged(
          "{}: not a valid calibration file: value '{}' does not "
          "hold together; calibrate again",
          source, value.name);
    }
  }
  if (!std::ranges::is_sorted(ranges.values, {}, &ValueRange::name)) {
    return Damaged("{}: values are not sorted; calibrate again", source);
  }
  UnpackShards(in, ranges.shards);
  file.progress = {in.next_sample, in.shard, in.shards, in.set_samples,
                   std::move(in.done)};
  if (!HoldsTogether(file)) {
    return Damaged(
        "{}: not a valid calibration file: its samples do not hold together; "
        "calibrate again",
        source);
  }
  return file;
}

}  // namespace

std::vector<std::byte> SerializeRanges(const RangesFile& file) {
  calib::RangesT out;
  const Ranges& ranges = file.ranges;
  out.preprocess = ranges.preprocess;
  out.samples = ranges.samples;
  out.fingerprint = ranges.fingerprint;
  out.structure = ranges.structure;
  out.skipped = ranges.skipped;
  out.ordered = ranges.ordered;
  for (const ValueRange& value : ranges.values) {
    out.values.push_back(std::make_unique<calib::ValueT>(Pack(value)));
  }
  for (const Shard& shard : ranges.shards) {
    out.seen.emplace_back(shard.set_samples, shard.count, shard.number);
    out.seen_samples.insert(out.seen_samples.end(), shard.samples.begin(),
                            shard.samples.end());
  }
  out.next_sample = file.progress.next_sample;
  out.shard = file.progress.shard;
  out.shards = file.progress.shards;
  out.set_samples = file.progress.set_samples;
  out.done = file.progress.done;
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(calib::Ranges::Pack(builder, &out), calib::RangesIdentifier());

  std::vector<std::byte> bytes;
  const uint32_t zero = 0;
  const uint64_t size = builder.GetSize();
  uint64_t checksum = 0;
  Put(bytes, kMagic, sizeof kMagic);
  Put(bytes, &kVersion, sizeof kVersion);
  Put(bytes, &zero, sizeof zero);
  Put(bytes, &size, sizeof size);
  Put(bytes, &checksum, sizeof checksum);
  Put(bytes, builder.GetBufferPointer(), builder.GetSize());
  checksum = Checksum(bytes);
  std::memcpy(bytes.data() + kChecksumAt, &checksum, sizeof checksum);
  return bytes;
}

Result<RangesFile> ParseRanges(std::span<const std::byte> bytes,
                               std::string_view source) {
  if (bytes.size() < kHeader ||
      std::memcmp(bytes.data(), kMagic, sizeof kMagic) != 0) {
    return Damaged(
        "{}: not a calibration file of octet, or its beginning is "
        "damaged; calibrate again",
        source);
  }
  const uint32_t version = Get<uint32_t>(bytes, 8);
  if (version != kVersion) {
    return Damaged(
        "{}: calibration file of version {}, this octet reads {}; "
        "calibrate again",
        source, version, kVersion);
  }
  if (Get<uint64_t>(bytes, 16) != bytes.size() - kHeader ||
      Get<uint64_t>(bytes, kChecksumAt) != Checksum(bytes)) {
    return Damaged(
        "{}: damaged: its checksum does not match; copy it again or "
        "calibrate again",
        source);
  }
  const auto payload = bytes.subspan(kHeader);
  const auto* data = reinterpret_cast<const uint8_t*>(payload.data());
  flatbuffers::Verifier verifier(data, payload.size());
  if (payload.size() < 8 || !calib::VerifyRangesBuffer(verifier)) {
    return Damaged("{}: not a valid calibration file; calibrate again", source);
  }
  return Unpack(*calib::GetRanges(data), source);
}

Status WriteRanges(const std::string& path, const RangesFile& file) {
  return WriteFileAtomically(path, SerializeRanges(file));
}

Result<RangesFile> ReadRanges(const std::string& path) {
  OCTET_ASSIGN(const MappedFile file, MappedFile::Open(path));
  return ParseRanges(file.bytes(), path);
}

}  // namespace octet::compile
