// JPEG by libjpeg-turbo. The library reports errors by a callback that must
// not return, so both directions jump out of it; between setjmp and longjmp
// only objects without destructors may live, which is why the loops below are
// functions of plain pointers.
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <cstring>

// jpeglib.h needs FILE declared before it.
#include <jerror.h>
#include <jpeglib.h>

#include "base/error.h"
#include "vision/codecs.h"
#include "vision/exif.h"

namespace octet::vision {
namespace {

// Each scan of a progressive file is a pass over the whole picture; a real
// file has about ten.
constexpr int kMaxScans = 100;
// Coefficients of a progressive picture: 2 bytes for each of 4 components.
constexpr int64_t kWorkBytesPerPixel = 10;

struct ErrorHandler {
  jpeg_error_mgr base;  // first: libjpeg knows only this part
  jmp_buf jump;
  char message[JMSG_LENGTH_MAX];
};

void Fail(j_common_ptr info, const char* message) {
  auto* handler = reinterpret_cast<ErrorHandler*>(info->err);
  std::snprintf(handler->message, sizeof(handler->message), "%s", message);
  std::longjmp(handler->jump, 1);
}

void OnError(j_common_ptr info) {
  char message[JMSG_LENGTH_MAX];
  info->err->format_message(info, message);
  Fail(info, message);
}

// libjpeg fills what is missing with grey and warns. A calibration must not
// learn from that.
void OnMessage(j_common_ptr info, int level) {
  if (level >= 0) return;
  const int code = info->err->msg_code;
  if (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER) {
    Fail(info, "the file ends early or is damaged");
  }
}

void OnProgress(j_common_ptr info) {
  auto* decoder = reinterpret_cast<j_decompress_ptr>(info);
  if (decoder->input_scan_number > kMaxScans) Fail(info, "too many scans");
}

jpeg_error_mgr* Install(ErrorHandler* handler) {
  jpeg_std_error(&handler->base);
  handler->base.error_exit = OnError;
  handler->base.emit_message = OnMessage;
  handler->message[0] = '\0';
  return &handler->base;
}

struct Decoder {
  jpeg_decompress_struct info;
  ErrorHandler errors;
  jpeg_progress_mgr progress;
};

bool ReadHeader(Decoder* decoder, Bytes bytes, const ImageLimits& limits) {
  jpeg_decompress_struct& info = decoder->info;
  info.err = Install(&decoder->errors);
  if (setjmp(decoder->errors.jump) != 0) return false;
  jpeg_create_decompress(&info);
  info.mem->max_memory_to_use =
      long(limits.max_pixels) * kWorkBytesPerPixel + (1 << 20);
  decoder->progress = {};
  decoder->progress.progress_monitor = OnProgress;
  info.progress = &decoder->progress;
  jpeg_mem_src(&info, reinterpret_cast<const uint8_t*>(bytes.data()),
               bytes.size());
  jpeg_read_header(&info, TRUE);
  if (info.num_components == 1) {
    info.out_color_space = JCS_GRAYSCALE;
  } else if (info.num_components == 4) {
    info.out_color_space = JCS_CMYK;
  } else {
    info.out_color_space = JCS_RGB;
  }
  info.dct_method = JDCT_ISLOW;
  info.do_fancy_upsampling = TRUE;
  return true;
}

// Reads rows of `stride` bytes into `rows`.
bool ReadRows(Decoder* decoder, uint8_t* rows, size_t stride) {
  jpeg_decompress_struct& info = decoder->info;
  if (setjmp(decoder->errors.jump) != 0) return false;
  jpeg_start_decompress(&info);
  while (info.output_scanline < info.output_height) {
    JSAMPROW row = rows + size_t(info.output_scanline) * stride;
    jpeg_read_scanlines(&info, &row, 1);
  }
  return true;
}

// Adobe stores ink inverted: 255 is none. What stays of the light is the
// product of what each ink lets through.
Image CmykToRgb(const Image& cmyk) {
  Image rgb(cmyk.width, cmyk.height, 3);
  const uint8_t* in = cmyk.pixels.data();
  uint8_t* out = rgb.pixels.data();
  const int64_t pixels = cmyk.width * cmyk.height;
  for (int64_t i = 0; i < pixels; ++i, in += 4, out += 3) {
    const int key = in[3];
    for (int c = 0; c < 3; ++c) {
      const int ink = 255 - in[c];
      const int product = ink * key + 128;
      const int light = key - ((product + (product >> 8)) >> 8);
      out[c] = uint8_t(light < 0 ? 0 : light);
    }
  }
  return rgb;
}

Status DecodeError(const std::string& name, const Decoder& decoder) {
  return BadInput("{}: cannot be decoded as JPEG: {}", name,
                  decoder.errors.message);
}

Result<Image> DecodeWith(Decoder* decoder, Bytes bytes, const std::string& name,
                         const ImageLimits& limits) {
  if (!ReadHeader(decoder, bytes, limits)) return DecodeError(name, *decoder);
  const jpeg_decompress_struct& info = decoder->info;
  OCTET_RETURN_IF_ERROR(CheckClaimedSize(info.image_width, info.image_height,
                                         bytes.size(), name, limits));
  const int channels = info.out_color_space == JCS_GRAYSCALE ? 1
                       : info.out_color_space == JCS_CMYK    ? 4
                                                             : 3;
  Image image(info.image_width, info.image_height, channels);
  if (!ReadRows(decoder, image.pixels.data(), size_t(image.width * channels))) {
    return DecodeError(name, *decoder);
  }
  if (channels == 4) return CmykToRgb(image);
  return image;
}

struct Encoder {
  jpeg_compress_struct info;
  ErrorHandler errors;
  unsigned char* bytes;
  unsigned long size;
};

bool Encode(Encoder* encoder, const uint8_t* rows, int width, int height,
            int channels, int quality) {
  jpeg_compress_struct& info = encoder->info;
  info.err = Install(&encoder->errors);
  if (setjmp(encoder->errors.jump) != 0) return false;
  jpeg_create_compress(&info);
  jpeg_mem_dest(&info, &encoder->bytes, &encoder->size);
  info.image_width = JDIMENSION(width);
  info.image_height = JDIMENSION(height);
  info.input_components = channels;
  info.in_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, quality, TRUE);
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    auto* row = const_cast<uint8_t*>(
        rows + size_t(info.next_scanline) * size_t(width) * size_t(channels));
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  return true;
}

}  // namespace

bool IsJpeg(Bytes bytes) {
  return bytes.size() >= 3 && bytes[0] == std::byte{0xff} &&
         bytes[1] == std::byte{0xd8} && bytes[2] == std::byte{0xff};
}

Result<Image> DecodeJpeg(Bytes bytes, const std::string& name,
                         const ImageLimits& limits) {
  Decoder decoder = {};
  Result<Image> image = DecodeWith(&decoder, bytes, name, limits);
  jpeg_destroy_decompress(&decoder.info);
  if (!image.ok()) return image;
  return Oriented(*std::move(image), OrientationOfJpeg(bytes));
}

Result<std::vector<std::byte>> EncodeJpeg(const Image& image, int quality) {
  if (image.width <= 0 || image.height <= 0 ||
      image.width > JPEG_MAX_DIMENSION || image.height > JPEG_MAX_DIMENSION) {
    return BadInput(
        "a picture of {} x {} pixels does not fit a JPEG file, "
        "which has 1 to {} pixels a side",
        image.width, image.height, JPEG_MAX_DIMENSION);
  }
  Encoder encoder = {};
  const bool done = Encode(&encoder, image.pixels.data(), int(image.width),
                           int(image.height), image.channels, quality);
  const auto* first = reinterpret_cast<const std::byte*>(encoder.bytes);
  std::vector<std::byte> bytes;
  if (done) bytes.assign(first, first + encoder.size);
  jpeg_destroy_compress(&encoder.info);
  std::free(encoder.bytes);
  if (!done) return Failed("encoding JPEG: {}", encoder.errors.message);
  return bytes;
}

}  // namespace octet::vision
