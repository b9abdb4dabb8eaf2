"""Small generated files that cost a decoder far more than their size: seeds for tests and the fuzzer."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

from PIL import Image


def pdf(
    content: bytes, resources: bytes = b"", *objects: bytes, page: bytes = b"", box: str = "0 0 200 200"
) -> bytes:
    """Write a PDF of one page.

    Parameters
    ----------
    content
        The drawing operators.
    resources
        The entries of the page's resources.
    objects
        Further objects, numbered from 5.
    page
        Further entries of the page.
    box
        The page's size, in points.
    """
    catalogue = b"<< /Type /Catalog /Pages 2 0 R >>"
    pages = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    entries = b"/Type /Page /Parent 2 0 R /MediaBox [%s] /Contents 4 0 R" % box.encode()
    only = b"<< %s /Resources << %s >> %s >>" % (entries, resources, page)
    file, places = io.BytesIO(), []
    file.write(b"%PDF-1.7\n")
    for number, each in enumerate((catalogue, pages, only, stream(b"", content), *objects), 1):
        places.append(file.tell())
        file.write(b"%d 0 obj\n%s\nendobj\n" % (number, each))
    start = file.tell()
    file.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1))
    for place in places:
        file.write(b"%010d 00000 n \n" % place)
    file.write(b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, start))
    return file.getvalue()


def stream(entries: bytes, content: bytes) -> bytes:
    """Write a PDF's stream."""
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(content), content)


def form_that_draws_itself() -> bytes:
    """Return a PDF with a form XObject that draws itself twice."""
    form = stream(
        b"/Type /XObject /Subtype /Form /BBox [0 0 200 200] /Resources << /XObject << /A 5 0 R >> >>", b"/A Do /A Do"
    )
    return pdf(b"/A Do", b"/XObject << /A 5 0 R >>", form)


def tiling() -> bytes:
    """Return a PDF whose page is filled with 40,000,000,000 tiles."""
    tile = stream(
        b"/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 10 10]"
        b" /XStep 0.01 /YStep 0.01 /Resources << >>",
        b"0 0 m 10 10 l S",
    )
    fill = b"/Pattern cs /P scn 0 0 2000 2000 re f"
    return pdf(fill, b"/Pattern << /P 5 0 R >>", tile, box="0 0 2000 2000")


def flate_bomb() -> bytes:
    """Return a PDF whose page is two gigabytes of zeros, compressed twice."""
    packer = zlib.compressobj(9)
    once = b"".join(packer.compress(bytes(1 << 20)) for _ in range(2_000)) + packer.flush()
    return pdf(b"", b"", box="0 0 99 99").replace(
        stream(b"", b""), stream(b"/Filter [/FlateDecode /FlateDecode]", zlib.compress(once, 9))
    )


def soft_mask(side: int = 20_000) -> bytes:
    """Return a PDF with a picture of one pixel, whose soft mask has 400 million."""
    picture = b"/Type /XObject /Subtype /Image /BitsPerComponent 8 /ColorSpace /DeviceGray /Filter /FlateDecode"
    packer = zlib.compressobj(9)
    zeros = b"".join(packer.compress(bytes(side)) for _ in range(side)) + packer.flush()
    mask = stream(picture + b" /Width %d /Height %d" % (side, side), zeros)
    one = stream(picture + b" /Width 1 /Height 1 /SMask 6 0 R", zlib.compress(b"\0"))
    return pdf(b"200 0 0 200 0 0 cm /A Do", b"/XObject << /A 5 0 R >>", one, mask)


def annotation(side: int = 20_000) -> bytes:
    """Return a PDF with an annotation drawn as a picture of 400 million pixels."""
    look = stream(
        b"/Type /XObject /Subtype /Form /BBox [0 0 200 200] /Resources << /XObject << /A 7 0 R >> >>",
        b"200 0 0 200 0 0 cm /A Do",
    )
    note = b"<< /Type /Annot /Subtype /Stamp /Rect [0 0 200 200] /F 4 /AP << /N 6 0 R >> >>"
    packer = zlib.compressobj(9)
    zeros = b"".join(packer.compress(bytes(side)) for _ in range(side)) + packer.flush()
    picture = stream(
        b"/Type /XObject /Subtype /Image /BitsPerComponent 8 /ColorSpace /DeviceGray /Filter /FlateDecode"
        b" /Width %d /Height %d" % (side, side),
        zeros,
    )
    return pdf(b"", b"", note, look, picture, page=b"/Annots [5 0 R]")


def shading(times: int = 4_000) -> bytes:
    """Return a PDF that paints its whole page with a shading, again and again."""
    kind = b"<< /ShadingType 3 /ColorSpace /DeviceRGB /Coords [0 0 0 0 0 9999] /Extend [true true] /Function 6 0 R >>"
    function = b"<< /FunctionType 2 /Domain [0 1] /C0 [0 0 0] /C1 [1 1 1] /N 1.3 >>"
    return pdf(b"/S sh\n" * times, b"/Shading << /S 5 0 R >>", kind, function, box="0 0 2000 2000")


def jpeg_scans(scans: int = 20_000, side: int = 2_000) -> bytes:
    """Return a progressive JPEG with many empty scans, each of which covers the whole picture."""
    file = io.BytesIO()
    Image.new("L", (side, side), 128).save(file, "JPEG", progressive=True)
    content = file.getvalue()
    head = content[: content.index(b"\xff\xda")]
    # one code of one bit that means 32,767 empty blocks
    table = b"\xff\xc4" + struct.pack(">HB", 2 + 1 + 16 + 1, 0x10) + bytes([1] + [0] * 15) + b"\xe0"
    blocks = (-(-side // 8)) ** 2
    runs = -(-blocks // ((1 << 15) - 1))
    bits = "0" + "1" * 14
    data = (bits * runs).ljust(-(-len(bits) * runs // 8) * 8, "1")
    packed = bytes(int(data[place : place + 8], 2) for place in range(0, len(data), 8)).replace(b"\xff", b"\xff\0")
    first = content[content.index(b"\xff\xda") : content.index(b"\xff", content.index(b"\xff\xda") + 2)]
    scan = b"\xff\xda" + struct.pack(">HBBBBBB", 8, 1, 1, 0, 1, 63, 0x00) + packed
    return head + first + table + scan * scans + b"\xff\xd9"


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    """Write a PNG of these parts."""
    packed = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def png_chunks(count: int = 1_000_000) -> bytes:
    """Return a PNG whose pixel data comes in many empty chunks."""
    head = (b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0))
    whole = png(head, (b"IDAT", zlib.compress(bytes(9) * 8)), (b"IEND", b""))
    place = whole.index(b"IDAT") - 4
    empty = struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    return whole[:place] + empty * count + whole[place:]


def png_exif() -> bytes:
    """Return a PNG whose EXIF has 5,000 fields, each spanning all of it."""
    head = (b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0))
    pixels, end = (b"IDAT", zlib.compress(bytes(9) * 8)), (b"IEND", b"")
    return png(head, (b"eXIf", fields(5_000)), pixels, end)


def jpeg_exif() -> bytes:
    """Return a JPEG whose EXIF has 5,000 fields, each spanning all of it."""
    file = io.BytesIO()
    Image.new("L", (8, 8)).save(file, "JPEG", exif=b"Exif\0\0" + fields(5_000))
    return file.getvalue()


def fields(count: int) -> bytes:
    """Return EXIF with a number of fields, each 60,000 bytes long."""
    each = b"".join(struct.pack("<HHII", 40_000 + number, 7, 60_000, 8) for number in range(count))
    return b"II*\0" + struct.pack("<IH", 8, count) + each + bytes(4)


def bmp_rle(side: int = 7_000) -> bytes:
    """Return a BMP of 49 million pixels, each in its own run."""
    data = (b"\x01\x07" * side + b"\0\0") * side + b"\0\1"
    palette = b"".join(bytes([level, level, level, 0]) for level in range(256))
    head = struct.pack("<IiiHHIIiiII", 40, side, side, 1, 8, 1, len(data), 0, 0, 256, 0)
    start = 14 + 40 + len(palette)
    return b"BM" + struct.pack("<IHHI", start + len(data), 0, 0, start) + head + palette + data


def tiff(*entries: tuple[int, int, int, int], data: bytes = b"") -> bytes:
    """Write a TIFF with one directory: tag, type, count, value or offset. `data` starts at byte 8."""
    start = 8 + len(data)
    table = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *each) for each in entries) + bytes(4)
    return b"II*\0" + struct.pack("<I", start) + data + table


def tiff_strips(side: int = 7_000) -> bytes:
    """Return a TIFF of 49 million pixels whose 7,000 strips are all the same bytes, packed by Deflate."""
    row = zlib.compress(bytes(side))
    places = struct.pack("<I", 8) * side
    sizes = struct.pack("<I", len(row)) * side
    data = row + places + sizes
    return tiff(
        *((256, 4, 1, side), (257, 4, 1, side), (258, 3, 1, 8), (259, 3, 1, 8), (262, 3, 1, 1)),
        *((273, 4, side, 8 + len(row)), (277, 3, 1, 1), (278, 4, 1, 1), (279, 4, side, 8 + len(row) + len(places))),
        data=data,
    )


def tiff_strip_of_gigabytes() -> bytes:
    """Return a TIFF of few pixels whose only strip claims to have 4 gigabytes."""
    return tiff(
        *((256, 4, 1, 40), (257, 4, 1, 40), (258, 3, 1, 8), (259, 3, 1, 8), (262, 3, 1, 1)),
        *((273, 4, 1, 8), (277, 3, 1, 1), (278, 4, 1, 2**32 - 1), (279, 4, 1, 2**32 - 1)),
        data=zlib.compress(bytes(2_000)),
    )


def big_tiff_offset() -> bytes:
    """Return a BigTIFF whose pixels start at an impossible offset."""
    entries = (
        *((256, 4, 1, 4), (257, 4, 1, 4), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)),
        *((273, 16, 1, 2**64 - 1), (277, 3, 1, 1), (278, 4, 1, 4), (279, 4, 1, 16)),
    )
    packed = b"".join(struct.pack("<HHQQ", *each) for each in entries)
    head = b"II+\0" + struct.pack("<HHQ", 8, 0, 16)
    return head + struct.pack("<Q", len(entries)) + packed + bytes(8) + bytes(16)


def gif_frames() -> bytes:
    """Return a GIF of 49 million pixels, of one colour, followed by a hundred frames."""
    file = io.BytesIO()
    first = Image.new("L", (7_000, 7_000))
    first.save(file, "GIF", save_all=True, append_images=[Image.new("L", (7_000, 7_000), 9)] * 3)
    return file.getvalue()


def webp_large() -> bytes:
    """Return a WebP of 49 million pixels of one colour."""
    file = io.BytesIO()
    Image.new("RGBA", (7_000, 7_000), (9, 9, 9, 128)).save(file, "WEBP", lossless=True, method=0)
    return file.getvalue()


def png_large() -> bytes:
    """Return a PNG of 49 million pixels of 16 bits in four colours."""
    side = 7_000
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(1 + 8 * side)) for _ in range(side)) + packer.flush()
    head = (b"IHDR", struct.pack(">IIBBBBB", side, side, 16, 6, 0, 0, 0))
    return png(head, (b"IDAT", rows), (b"IEND", b""))


BOMBS: dict[str, tuple[Callable[[], bytes], ...]] = {
    "PDF": (form_that_draws_itself, tiling, flate_bomb, soft_mask, annotation, shading),
    "JPEG": (jpeg_scans, jpeg_exif),
    "PNG": (png_chunks, png_exif, png_large),
    "BMP": (bmp_rle,),
    "TIFF": (tiff_strips, tiff_strip_of_gigabytes, big_tiff_offset),
    "GIF": (gif_frames,),
    "WEBP": (webp_large,),
    "HEIC": (),
}
"""The generators for each kind of file."""
