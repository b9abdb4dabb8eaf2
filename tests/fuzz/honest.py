"""Small valid files in the variants of each format: where the fuzzer starts."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image


def honest(kind: str, seed: int = 0) -> list[bytes]:
    """Return a few valid files of a kind: small, with noise and with strokes, in the format's variants.

    Parameters
    ----------
    kind
        A key of `bombs.BOMBS`.
    seed
        Decides the noise.
    """
    rng = np.random.default_rng(seed)
    page = np.full((60, 90, 3), 235, np.uint8)
    page[12:48, 20:28] = page[12:48, 56:64] = 40
    colours = Image.fromarray(np.clip(rng.normal(page, 8), 0, 255).astype(np.uint8))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "a camera"
    plain: dict[str, object] = {"exif": exif} if kind in ("PNG", "JPEG", "WEBP", "TIFF") else {}
    made = {
        "PNG": ((colours, {}), (colours.quantize(16), {}), (_deep(colours), {}), (colours.convert("LA"), {})),
        "JPEG": ((colours, {}), (colours, {"progressive": True}), (colours.convert("CMYK"), {})),
        "WEBP": ((colours, {}), (colours, {"lossless": True}), (colours, {"append_images": [colours.rotate(9)]})),
        "GIF": ((colours, {}), (colours, {"append_images": [colours.rotate(9)]})),
        "BMP": ((colours, {}), (colours.quantize(16), {}), (colours.convert("1"), {})),
        "TIFF": (
            *((colours, {"compression": each}) for each in (None, "tiff_lzw", "tiff_adobe_deflate", "jpeg")),
            *((colours.convert("1"), {"compression": each}) for each in ("group3", "group4", "packbits")),
            (_deep(colours), {}),
        ),
        "PDF": ((colours, {}), (colours.convert("1"), {}), (colours, {"append_images": [colours.convert("L")]})),
    }
    if kind == "HEIC":
        import pillow_heif

        made["HEIC"] = ()
        return [_saved(pillow_heif.from_pillow(each), None) for each in (colours, colours.convert("L"))]
    return [
        _saved(picture, kind, **plain, **options, **({"save_all": True} if "append_images" in options else {}))
        for picture, options in made[kind]
    ]


def _saved(picture: Image.Image, kind: str | None, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, *([kind] if kind else []), **options)
    return file.getvalue()


def _deep(picture: Image.Image) -> Image.Image:
    return Image.fromarray(np.asarray(picture.convert("L")).astype(np.uint16) * 257)
