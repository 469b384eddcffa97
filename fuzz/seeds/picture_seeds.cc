// Seeds for the image and npy targets.
#include <webp/encode.h>
#include <zlib.h>

#include <cstdint>
#include <string>

#include "fuzz/seeds/seed_folder.h"
#include "vision/image.h"

namespace octet::fuzz {
namespace {

vision::Image Gradient(int channels) {
  vision::Image image(13, 9, channels);
  for (size_t i = 0; i < image.pixels.size(); ++i) {
    image.pixels[i] = uint8_t(i * 7);
  }
  return image;
}

void AddWebp(const SeedFolder& folder) {
  const vision::Image image = Gradient(3);
  uint8_t* bytes = nullptr;
  const size_t size =
      WebPEncodeRGB(image.pixels.data(), int(image.width), int(image.height),
                    int(image.width) * 3, 80, &bytes);
  folder.Add("image", "webp", std::as_bytes(std::span(bytes, size)));
  WebPFree(bytes);
}

std::string Npy(const std::string& descr, const std::string& shape,
                const std::string& data) {
  std::string header = "{'descr': '" + descr +
                       "', 'fortran_order': False, 'shape': " + shape + ", }";
  header.resize(118, ' ');
  header.back() = '\n';
  return std::string("\x93NUMPY\x01\x00\x76\x00", 10) + header + data;
}

std::string LittleEndian(uint64_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i, value >>= 8) out += char(value & 0xff);
  return out;
}

// An archive of one stored member.
std::string Npz(const std::string& name, const std::string& data) {
  const auto crc = uint32_t(
      crc32(0, reinterpret_cast<const Bytef*>(data.data()), uInt(data.size())));
  const auto size = LittleEndian(uint32_t(data.size()), 4);
  const std::string facts =
      LittleEndian(20, 2) + LittleEndian(0, 8) + LittleEndian(crc, 4) + size +
      size + LittleEndian(uint32_t(name.size()), 2) + LittleEndian(0, 2);
  const std::string member = "PK\x03\x04" + facts + name + data;
  const std::string directory =
      "PK\x01\x02" + LittleEndian(20, 2) + facts + LittleEndian(0, 14) + name;
  return member + directory + "PK\x05\x06" + LittleEndian(0, 4) +
         LittleEndian(1, 2) + LittleEndian(1, 2) +
         LittleEndian(uint32_t(directory.size()), 4) +
         LittleEndian(uint32_t(member.size()), 4) + LittleEndian(0, 2);
}

}  // namespace

void AddPictureSeeds(const SeedFolder& folder) {
  for (const int channels : {1, 3}) {
    const vision::Image image = Gradient(channels);
    const std::string tail = std::to_string(channels);
    if (auto png = vision::EncodePng(image); png.ok()) {
      folder.Add("image", "png" + tail, *png);
    }
    if (auto jpeg = vision::EncodeJpeg(image); jpeg.ok()) {
      folder.Add("image", "jpeg" + tail, *jpeg);
    }
  }
  AddWebp(folder);
  const std::string floats = Npy("<f4", "(2, 3)", std::string(24, '\x3f'));
  folder.Add("npy", "floats", floats);
  folder.Add("npy", "integers", Npy("<i8", "(2,)", std::string(16, '\x01')));
  folder.Add("npy", "scalar", Npy("|u1", "()", "x"));
  folder.Add("npy", "archive", Npz("x.npy", floats));
}

}  // namespace octet::fuzz
