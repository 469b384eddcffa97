"""Makes the small pictures of this folder and expected.txt.

  python3 make_pictures.py        (needs numpy and pillow)

expected.txt holds a line for each picture: name, width, height, and the CRC-32
of the pixels that Pillow gives for it as RGB.
"""

import pathlib
import zlib

import numpy as np
from PIL import Image

HERE = pathlib.Path(__file__).parent


def pattern(height, width, channels):
    """Smooth slopes with some noise, so that every transform has work."""
    random = np.random.default_rng(5)
    y, x = np.mgrid[0:height, 0:width]
    planes = [
        127 + 90 * np.sin(x / (3 + c)) * np.cos(y / (4 + c)) +
        random.normal(0, 12, (height, width)) for c in range(channels)
    ]
    return np.stack(planes, 2).clip(0, 255).astype(np.uint8)


def main():
    rgb = Image.fromarray(pattern(29, 37, 3))
    gray = Image.fromarray(pattern(29, 37, 1)[:, :, 0])
    rgba = Image.fromarray(pattern(29, 37, 4), "RGBA")
    wide = np.arange(29 * 37, dtype=np.uint16).reshape(29, 37) * 61
    pictures = {
        "420.jpg": (rgb, dict(quality=85, subsampling=2)),
        "422.jpg": (rgb, dict(quality=85, subsampling=1)),
        "444.jpg": (rgb, dict(quality=95, subsampling=0)),
        "progressive.jpg": (rgb, dict(quality=80, progressive=True)),
        "gray.jpg": (gray, dict(quality=85)),
        "cmyk.jpg": (rgb.convert("CMYK"), dict(quality=85)),
        "rgb.png": (rgb, {}),
        "rgba.png": (rgba, {}),
        "gray.png": (gray, {}),
        "gray_alpha.png": (rgba.convert("LA"), {}),
        "palette.png": (rgb.quantize(17), {}),
        "bits.png": (gray.convert("1"), {}),
        "lossy.webp": (rgb, dict(quality=80)),
        "lossless.webp": (rgb, dict(lossless=True)),
        "alpha.webp": (rgba, dict(lossless=True, exact=True)),
    }
    lines = []
    for name, (image, options) in pictures.items():
        image.save(HERE / name, **options)
        pixels = Image.open(HERE / name).convert("RGB")
        lines.append(f"{name} {pixels.width} {pixels.height} "
                     f"{zlib.crc32(pixels.tobytes()):08x}")
    # Pillow clips 16-bit grey; what octet wants is the high byte.
    Image.fromarray(wide).save(HERE / "gray16.png")
    high = Image.fromarray((wide >> 8).astype(np.uint8)).convert("RGB")
    lines.append(f"gray16.png 37 29 {zlib.crc32(high.tobytes()):08x}")
    frames = [rgb, rgb.rotate(90)]
    frames[0].save(HERE / "animated.webp", save_all=True,
                   append_images=frames[1:])
    (HERE / "expected.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
