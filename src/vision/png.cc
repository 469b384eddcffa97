// PNG by libpng. Errors leave the library by longjmp, so the functions that
// call setjmp hold nothing with a destructor.
#include <png.h>

#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <span>
#include <utility>

#include "base/error.h"
#include "vision/codecs.h"
#include "vision/exif.h"

namespace octet::vision {
namespace {

// Text, colour profiles and the like; pixels are not chunks in this sense.
constexpr png_uint_32 kMaxChunkBytes = 8u << 20;
constexpr png_uint_32 kMaxCachedChunks = 128;

struct Errors {
  char message[256];
};

void OnError(png_structp png, png_const_charp message) {
  auto* errors = static_cast<Errors*>(png_get_error_ptr(png));
  std::snprintf(errors->message, sizeof(errors->message), "%s", message);
  png_longjmp(png, 1);
}

void OnWarning(png_structp, png_const_charp) {}

struct Source {
  const std::byte* data;
  size_t size;
  size_t position;
};

void ReadFromMemory(png_structp png, png_bytep out, size_t size) {
  auto* source = static_cast<Source*>(png_get_io_ptr(png));
  if (size > source->size - source->position) {
    png_error(png, "the file ends early");
  }
  std::memcpy(out, source->data + source->position, size);
  source->position += size;
}

struct Decoder {
  png_structp png;
  png_infop info;
  Errors errors;
  Source source;
};

bool ReadHeader(Decoder* decoder, const ImageLimits& limits) {
  png_structp png = decoder->png;
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_set_read_fn(png, &decoder->source, ReadFromMemory);
  const png_uint_32 side =
      png_uint_32(limits.max_pixels < PNG_UINT_31_MAX ? limits.max_pixels
                                                      : PNG_UINT_31_MAX);
  png_set_user_limits(png, side, side);
  png_set_chunk_malloc_max(png, kMaxChunkBytes);
  png_set_chunk_cache_max(png, kMaxCachedChunks);
  png_read_info(png, decoder->info);
  return true;
}

// Everything becomes 8-bit grey or RGB.
bool SetTransforms(Decoder* decoder) {
  png_structp png = decoder->png;
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_set_expand(png);
  png_set_strip_16(png);
  png_set_strip_alpha(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, decoder->info);
  return true;
}

bool ReadRows(Decoder* decoder, png_bytep* rows) {
  if (setjmp(png_jmpbuf(decoder->png)) != 0) return false;
  png_read_image(decoder->png, rows);
  png_read_end(decoder->png, decoder->info);
  return true;
}

// Of a chunk before or behind the pixels, once all was read.
Orientation OrientationOf(const Decoder& decoder) {
  png_bytep block = nullptr;
  png_uint_32 size = 0;
  if (png_get_eXIf_1(decoder.png, decoder.info, &size, &block) == 0) {
    return Orientation::kUpright;
  }
  return OrientationOfExif(std::as_bytes(std::span(block, size)));
}

Status DecodeError(const std::string& name, const Decoder& decoder) {
  return BadInput("{}: cannot be decoded as PNG: {}", name,
                  decoder.errors.message);
}

Result<Image> DecodeWith(Decoder* decoder, const std::string& name,
                         const ImageLimits& limits) {
  if (!ReadHeader(decoder, limits)) return DecodeError(name, *decoder);
  const int64_t width = png_get_image_width(decoder->png, decoder->info);
  const int64_t height = png_get_image_height(decoder->png, decoder->info);
  OCTET_RETURN_IF_ERROR(
      CheckClaimedSize(width, height, decoder->source.size, name, limits));
  if (!SetTransforms(decoder)) return DecodeError(name, *decoder);
  const int channels = png_get_channels(decoder->png, decoder->info);
  if ((channels != 1 && channels != 3) ||
      png_get_rowbytes(decoder->png, decoder->info) !=
          size_t(width * channels)) {
    return BadInput("{}: has a PNG colour type that is not read", name);
  }
  Image image(width, height, channels);
  std::vector<png_bytep> rows(static_cast<size_t>(height));
  for (int64_t y = 0; y < height; ++y) rows[size_t(y)] = image.at(0, y);
  if (!ReadRows(decoder, rows.data())) return DecodeError(name, *decoder);
  return Oriented(std::move(image), OrientationOf(*decoder));
}

struct Sink {
  std::vector<std::byte>* bytes;
};

void AppendToVector(png_structp png, png_bytep data, size_t size) {
  auto* sink = static_cast<Sink*>(png_get_io_ptr(png));
  const auto* first = reinterpret_cast<const std::byte*>(data);
  sink->bytes->insert(sink->bytes->end(), first, first + size);
}

void NothingToFlush(png_structp) {}

bool WriteRows(png_structp png, png_infop info, Sink* sink, const Image& image,
               png_bytep* rows) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_set_write_fn(png, sink, AppendToVector, NothingToFlush);
  png_set_IHDR(png, info, png_uint_32(image.width), png_uint_32(image.height),
               8,
               image.channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  png_write_image(png, rows);
  png_write_end(png, nullptr);
  return true;
}

}  // namespace

bool IsPng(Bytes bytes) {
  return bytes.size() >= 8 &&
         png_sig_cmp(reinterpret_cast<png_const_bytep>(bytes.data()), 0, 8) ==
             0;
}

Result<Image> DecodePng(Bytes bytes, const std::string& name,
                        const ImageLimits& limits) {
  Decoder decoder = {};
  decoder.source = {bytes.data(), bytes.size(), 0};
  decoder.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &decoder.errors,
                                       OnError, OnWarning);
  if (decoder.png != nullptr) {
    decoder.info = png_create_info_struct(decoder.png);
  }
  if (decoder.info == nullptr) {
    png_destroy_read_struct(&decoder.png, nullptr, nullptr);
    return Failed("{}: the PNG decoder cannot start: out of memory", name);
  }
  Result<Image> image = DecodeWith(&decoder, name, limits);
  png_destroy_read_struct(&decoder.png, &decoder.info, nullptr);
  return image;
}

Result<std::vector<std::byte>> EncodePng(const Image& image) {
  constexpr int64_t kMaxSide = 1'000'000;  // libpng's default limit
  if (image.width <= 0 || image.height <= 0 || image.width > kMaxSide ||
      image.height > kMaxSide) {
    return BadInput("a picture of {} x {} pixels does not fit a PNG file",
                    image.width, image.height);
  }
  Errors errors = {};
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &errors,
                                            OnError, OnWarning);
  png_infop info = png == nullptr ? nullptr : png_create_info_struct(png);
  if (info == nullptr) {
    png_destroy_write_struct(&png, nullptr);
    return Failed("the PNG encoder cannot start: out of memory");
  }
  std::vector<std::byte> bytes;
  Sink sink = {&bytes};
  std::vector<png_bytep> rows;
  for (int64_t y = 0; y < image.height; ++y) {
    rows.push_back(const_cast<png_bytep>(image.at(0, y)));
  }
  const bool done = WriteRows(png, info, &sink, image, rows.data());
  png_destroy_write_struct(&png, &info);
  if (!done) return Failed("encoding PNG: {}", errors.message);
  return bytes;
}

}  // namespace octet::vision
