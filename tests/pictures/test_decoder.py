"""Files made to hang, crash or bloat their decoder end in errors, and the next picture is read."""

import io
import os
import signal
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

import bombs
from shuzi.errors import PictureError, ShuziError
from shuzi.pictures import decoder
from shuzi.pictures.decode import Page
from shuzi.pictures.decoder import Decoder
from shuzi.pictures.folders import single_pictures
from shuzi.pictures.open import open_picture
from shuzi.processes.child import OutOfMemory
from shuzi.reading.reader import load

pytestmark = pytest.mark.heavy

TAKES_TIME_OR_MEMORY = ("error.picture.slow", "error.picture.memory", "error.picture.damaged")
GREY = np.arange(48, dtype=np.uint8).reshape(6, 8)


def saved(kind="GIF", **options):
    file = io.BytesIO()
    Image.fromarray(GREY).save(file, kind, **options)
    return file.getvalue()


def gone(numbers):
    return not {*numbers} & {*decoder.children.pids}


@pytest.fixture
def quick():
    """Decode with a very short time limit."""
    found = Decoder(cpu_seconds=0.3, cpu_seconds_per_megabyte=0.0)
    yield found
    found.children.cancel()


@pytest.mark.slow
def test_a_picture_too_large_for_its_colours_is_opened_in_grey():
    file = io.BytesIO()
    Image.new("RGB", (8_160, 6_120), (0, 170, 0)).save(file, "WEBP", method=0)
    assert open_picture(file.getvalue(), colours=True).shape == (6_120, 8_160)


PDFS = [bombs.form_that_draws_itself, bombs.tiling, bombs.flate_bomb, bombs.shading]


@pytest.mark.parametrize("make", PDFS, ids=lambda each: each.__name__)
def test_a_pdf_that_hangs_or_fills_the_memory_is_ended_and_the_next_picture_is_opened(make, tmp_path, problem_of):
    pytest.importorskip("pypdfium2", reason="the extra `pictures` is not installed")
    np.testing.assert_array_equal(open_picture(saved()), GREY)
    before = decoder.children.pids
    assert problem_of(make()) in TAKES_TIME_OR_MEMORY
    assert gone(before)
    np.testing.assert_array_equal(open_picture(saved()), GREY)
    assert len(decoder.children.pids) == 1


@pytest.mark.parametrize("make", [bombs.soft_mask, bombs.annotation], ids=lambda each: each.__name__)
def test_a_pdf_with_hidden_pixels_is_drawn_or_refused_within_its_memory(make):
    pytest.importorskip("pypdfium2", reason="the extra `pictures` is not installed")
    try:
        assert open_picture(make()).shape == (556, 556)
    except PictureError as problem:
        assert problem.key in TAKES_TIME_OR_MEMORY  # noqa: PT017 - either is well


@pytest.mark.parametrize(
    "make", [bombs.jpeg_scans, lambda: bombs.bmp_rle(3_000)], ids=["scans of a JPEG", "runs of a BMP"]
)
def test_what_takes_too_long_says_so(make, quick):
    content = make()
    with pytest.raises(PictureError) as caught:
        quick.decode(content, "a picture")
    assert caught.value.key == "error.picture.slow"
    assert "a picture takes more than" in caught.value.sentence("en")
    assert quick.children.pids == []


def test_a_sentence_says_which_page_of_which_file_takes_too_long(quick, tmp_path):
    pytest.importorskip("pypdfium2", reason="the extra `pictures` is not installed")
    (tmp_path / "tiles.pdf").write_bytes(bombs.tiling())
    with pytest.raises(PictureError, match=r"tiles\.pdf#1 takes more than 0\.3 seconds"):
        quick.draw(Page(tmp_path / "tiles.pdf", 1))


def test_larger_files_have_more_time():
    with pytest.raises(PictureError) as caught:
        Decoder(cpu_seconds=0.1, cpu_seconds_per_megabyte=0.05).decode(bombs.bmp_rle(2_000), "runs")
    assert float(caught.value.values["seconds"]) == pytest.approx(0.1 + 0.05 * 8, abs=0.02)


def test_no_file_has_more_than_four_seconds_however_large_it_is_and_often_it_is_tried(monkeypatch):
    given = []

    def out_of_memory(header, body, most, limits, alone=False):
        given.append(limits.cpu_seconds)
        raise OutOfMemory("", 0.5 * limits.cpu_seconds)

    patient = Decoder()
    monkeypatch.setattr(patient.children, "ask", out_of_memory)
    with pytest.raises(PictureError) as caught:
        patient.decode(bytes(100_000_000), "a picture")
    assert caught.value.key == "error.picture.memory"
    assert given == [4.0, 2.0]


@pytest.mark.parametrize(
    "make",
    [bombs.tiff_strip_of_gigabytes, bombs.big_tiff_offset],
    ids=lambda each: each.__name__,
)
def test_numbers_that_no_file_can_hold_are_damage(make, capfd, problem_of):
    assert problem_of(make()) == "error.picture.damaged"
    assert capfd.readouterr() == ("", "")  # libtiff complains, in the child


def test_many_strips_and_many_parts_are_opened_in_a_child():
    for make, shape in (
        (lambda: bombs.tiff_strips(1_000), (1_000, 1_000)),
        (lambda: bombs.png_chunks(5_000), (8, 8)),
    ):
        decoder.children.cancel()
        assert open_picture(make()).shape == shape
        assert len(decoder.children.pids) == 1


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "WEBP"])
def test_other_kinds_than_png_jpeg_and_bmp_go_to_a_child(kind, tmp_path):
    decoder.children.cancel()
    (tmp_path / "a").write_bytes(saved(kind, **({"lossless": True} if kind == "WEBP" else {})))
    for source in (tmp_path / "a", str(tmp_path / "a"), (tmp_path / "a").read_bytes()):
        assert np.abs(open_picture(source).astype(int) - GREY).max() <= 1
    assert len(decoder.children.pids) == 1


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP"])
def test_plain_pictures_need_no_child(kind):
    decoder.children.cancel()
    assert open_picture(saved(kind)).shape == (6, 8)
    assert decoder.children.pids == []


def test_a_large_picture_needs_a_second_try_and_gets_it():
    decoder.children.cancel()
    file = io.BytesIO()
    Image.new("L", (7_000, 7_000), 9).save(file, "PNG", compress_level=1)
    found = open_picture(file.getvalue())
    assert (found.shape, found.min(), found.max()) == ((7_000, 7_000), 9, 9)
    assert len(decoder.children.pids) <= 1


def test_pages_are_counted_in_a_child_too(quick):
    pytest.importorskip("pypdfium2", reason="the extra `pictures` is not installed")
    # the root of the page tree is its own child, many times
    kids = b"[" + b"2 0 R " * 40 + b"]"
    content = bombs.pdf(b"").replace(b"/Kids [3 0 R] /Count 1", b"/Kids " + kids + b" /Count 9")
    for each in single_pictures(content):
        assert isinstance(each, Page | PictureError)
    with pytest.raises(ShuziError):
        quick.count_pages(b"%PDF-1.7")


def test_many_threads_decode_at_once_and_one_that_hangs_does_not_stop_them(problem_of):
    pytest.importorskip("pypdfium2", reason="the extra `pictures` is not installed")
    good, bad = saved(), bombs.tiling()
    with ThreadPoolExecutor(6) as threads:
        hanging = threads.submit(problem_of, bad)
        for found in threads.map(open_picture, [good] * 30):
            np.testing.assert_array_equal(found, GREY)
        assert hanging.result() == "error.picture.slow"


def test_a_bomb_among_many_pictures_is_an_error_in_its_place():
    pytest.importorskip("pypdfium2", reason="the extra `pictures` is not installed")
    blank = np.full((40, 40), 255, np.uint8)
    found = list(load().read_many([*[blank] * 12, bombs.tiling(), *[blank] * 12]))
    assert [isinstance(each, PictureError) for each in found] == [False] * 12 + [True] + [False] * 12
    assert found[12].key == "error.picture.slow"


def test_without_another_python_plain_pictures_are_opened_and_others_are_an_error(monkeypatch):
    decoder.children.cancel()
    monkeypatch.setattr(sys, "executable", "")
    assert open_picture(saved("PNG")).shape == (6, 8)
    with pytest.raises(PictureError) as caught:
        open_picture(saved("GIF"))
    assert caught.value.key == "error.picture.child"
    assert "embeds Python" in caught.value.sentence("en")


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is another signal there")
def test_ctrl_c_ends_the_command_while_a_pdf_hangs(tmp_path):
    pytest.importorskip("pypdfium2", reason="the extra `pictures` is not installed")
    (tmp_path / "tiles.pdf").write_bytes(bombs.tiling())
    program = """
        import os, signal, sys, threading
        from shuzi.cli import main
        from shuzi.pictures import decoder
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
        def interrupt():
            while not decoder.children._working:
                pass
            print(*decoder.children.pids, flush=True)
            os.kill(os.getpid(), signal.SIGINT)
        decoder.draw.__self__._seconds = 1e6
        threading.Thread(target=interrupt, daemon=True).start()
        main(["read", *sys.argv[1:]])
    """
    given = [sys.executable, "-c", textwrap.dedent(program), *[str(tmp_path / "tiles.pdf")] * 20]
    done = subprocess.run(given, capture_output=True, encoding="utf-8")
    assert done.returncode not in (0, -signal.SIGKILL)
    assert "Traceback" not in done.stderr
    for number in done.stdout.split():
        with pytest.raises(ProcessLookupError):
            os.kill(int(number), 0)


def test_what_a_child_says_is_taken_for_what_it_is():
    """A file that has taken over its decoder could make it answer anything."""
    for header in (
        {"error": "picture.nothing", "values": {}},
        {"error": "damaged", "values": {"reason": "\x1b[2J" + "x" * 1_000, "path": "/etc/passwd"}},
        {"error": ["damaged"], "values": 7},
        {"error": "large", "values": {"width": "{path}", "height": None}},
    ):
        said = decoder._problem(header, "a.gif", "a.gif")
        for language in ("zh", "en"):
            sentence = said.sentence(language)
            assert "a.gif" in sentence
            assert "\x1b" not in sentence
            assert len(sentence) < 400
            assert "passwd" not in sentence


def test_a_picture_in_a_list_of_numbers_is_refused_in_words():
    reader = load("softmax")
    for images in ([1, 2], [[1], [2, 3]], None, "seven"):
        with pytest.raises(ShuziError):
            reader.classify(images)
