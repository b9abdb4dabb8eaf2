"""A named pipe is read like a file, and one that nobody writes to is an error."""

import io
import os
from threading import Event, Thread

import numpy as np
import pytest
from PIL import Image

from shuzi import atomic
from shuzi.errors import PictureError
from shuzi.pictures.folders import single_pictures
from shuzi.pictures.open import open_picture

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")

GREY = np.arange(48, dtype=np.uint8).reshape(6, 8)


@pytest.fixture
def pipe(tmp_path):
    os.mkfifo(tmp_path / "scan.pdf")
    return tmp_path / "scan.pdf"


def saved(kind):
    file = io.BytesIO()
    Image.fromarray(GREY).save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_what_a_program_writes_to_a_named_pipe_is_read(pipe, kind):
    writing = Thread(target=pipe.write_bytes, args=(saved(kind),))
    writing.start()
    [found] = single_pictures(pipe)
    np.testing.assert_array_equal(open_picture(found), GREY)
    writing.join()


def test_a_program_that_thinks_before_it_writes_is_waited_for(pipe, monkeypatch):
    waits, set_blocking = Event(), os.set_blocking
    monkeypatch.setattr(atomic, "_WAIT", 0.0)
    monkeypatch.setattr(os, "set_blocking", lambda *given: (set_blocking(*given), waits.set()))
    found = []
    writer = os.open(pipe, os.O_RDWR)
    reading = Thread(target=lambda: found.append(open_picture(pipe)))
    reading.start()
    waits.wait()
    os.write(writer, saved("PNG"))
    os.close(writer)
    reading.join()
    np.testing.assert_array_equal(found[0], GREY)


def test_a_pipe_that_no_program_writes_to_is_an_error(pipe, monkeypatch):
    monkeypatch.setattr(atomic, "_WAIT", 0.01)
    with pytest.raises(PictureError) as caught:
        open_picture(pipe)
    assert caught.value.sentence("en").startswith(f"Cannot read {pipe}: no program writes to this pipe.")


def test_a_pipe_that_holds_nothing_is_empty(pipe):
    writing = Thread(target=pipe.write_bytes, args=(b"",))
    writing.start()
    with pytest.raises(PictureError) as caught:
        open_picture(pipe)
    writing.join()
    assert caught.value.key == "error.picture.empty"
