"""Damaged files of every kind end in errors or readings, never in a crash, a hang or more than 1 GB of memory.

Each kind is read in its own process with limited memory and time, since decoders are not written in Python.
"""

import json
import subprocess
import sys

import pytest

resource = pytest.importorskip("resource", reason="this system cannot limit a process")

GIGABYTE = 1 << 30
MAX_MEMORY = """
def most_memory():
    # on Linux, getrusage also counts the process before it became this program
    import pathlib, re, resource, sys
    status = pathlib.Path("/proc/self/status")
    if status.exists():
        return 1024 * int(re.search(r"VmHWM:\\s+([0-9]+)", status.read_text())[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
"""
PROGRAM = r"""
import io, json, resource, sys
import numpy as np
from PIL import Image
import shuzi
from shuzi.reading.result import Reading

kind, turns = sys.argv[1], int(sys.argv[2])
seconds = 600  # of processor time, however busy the machine is: far more than needed, but a limit to a hang
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

def original(rng):
    page = np.full((60, 90, 3), 235, np.uint8)
    page[12:48, 20:28] = page[12:48, 56:64] = 40
    page = Image.fromarray(np.clip(rng.normal(page, 8), 0, 255).astype(np.uint8))
    file, exif = io.BytesIO(), Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "a camera"
    if kind == "HEIC":
        import pillow_heif
        pillow_heif.from_pillow(page).save(file, exif=exif.tobytes())
    elif kind == "progressive JPEG":
        page.save(file, "JPEG", progressive=True, exif=exif)
    elif kind == "LZW TIFF":
        page.save(file, "TIFF", compression="tiff_lzw", exif=exif)
    elif kind == "16-bit PNG":
        Image.fromarray(np.asarray(page.convert("L")).astype(np.uint16) * 257).save(file, "PNG")
    elif kind == "animated GIF":
        page.save(file, "GIF", save_all=True, append_images=[page.rotate(9)])
    elif kind in ("GIF", "BMP", "PDF"):
        page.save(file, kind)
    else:
        page.save(file, kind, exif=exif)
    return file.getvalue()

def damaged(content, turn, rng):
    broken = bytearray(content)
    near = len(content) if turn % 2 else min(len(content), 200)  # the positions of sizes and offsets
    for place in rng.integers(0, near, rng.integers(1, 8)):
        broken[place] = (broken[place] ^ (1 << rng.integers(8)), rng.integers(256), 255, 0)[rng.integers(4)]
    if turn % 3 == 0:
        del broken[rng.integers(len(broken)):]
    if turn % 5 == 0:
        place = rng.integers(len(broken) + 1)
        broken[place:place] = rng.bytes(rng.integers(1, 40))
    return bytes(broken)

rng = np.random.default_rng(0)
content, reader = original(rng), shuzi.load()
assert isinstance(reader.read(content), Reading)
told = {"readings": 0, "errors": 0}
pictures = (damaged(content, turn, rng) for turn in range(turns))
for found in reader.read_many(pictures):
    if isinstance(found, Reading):
        told["readings"] += 1
    else:
        told["errors"] += 1
        assert found.sentence("zh") and found.sentence("en")
print(json.dumps(told | {"most": most_memory()}))
"""
KINDS = {  # and the libraries of the extra `pictures`
    "PNG": None,
    "16-bit PNG": None,
    "JPEG": None,
    "progressive JPEG": None,
    "WEBP": None,
    "GIF": None,
    "animated GIF": None,
    "BMP": None,
    "TIFF": None,
    "LZW TIFF": None,
    "HEIC": "pillow_heif",
    "PDF": "pypdfium2",
}


def _child(program, *arguments):
    given = [sys.executable, "-c", MAX_MEMORY + program, *map(str, arguments)]
    done = subprocess.run(given, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_damaged_files(kind):
    if KINDS[kind]:
        pytest.importorskip(KINDS[kind], reason="the extra `pictures` is not installed")
    told = _child(PROGRAM, kind, 300)
    assert told["readings"] + told["errors"] == 300 or kind == "PDF"  # a damaged PDF may still report its pages
    assert told["errors"] > 0
    assert told["most"] < GIGABYTE


LARGE = """
import io, sys
import numpy as np
from PIL import Image

side = 7_071  # just below 50 megapixels
form = sys.argv[1]
file = io.BytesIO()
if form == "16 bits":
    Image.fromarray(np.zeros((side, side), np.uint16)).save(file, "PNG", compress_level=1)
elif form == "floats":
    Image.fromarray(np.zeros((side, side), np.float32)).save(file, "TIFF", compression="tiff_lzw")
elif form == "colours":
    Image.new("CMYK", (side, side)).save(file, "JPEG", progressive=True)
else:
    Image.new(form, (side, side)).save(file, "PNG", compress_level=1)
open("large", "wb").write(file.getvalue())
"""
OPEN = """
import json
from shuzi.pictures.open import open_picture
assert open_picture("large").shape == (7_071, 7_071)
print(json.dumps(most_memory()))
"""


@pytest.mark.slow
@pytest.mark.parametrize("form", ["RGBA", "P", "16 bits", "floats", "colours"])
def test_the_largest_picture_that_is_accepted_takes_less_than_a_gigabyte(form, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    subprocess.run([sys.executable, "-c", LARGE, form], check=True)
    assert _child(OPEN) < GIGABYTE
