import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shuzi.errors import PictureError
from shuzi.pictures.decode import FORMATS
from shuzi.pictures.folders import ENDINGS, in_counting_order, single_pictures


@pytest.fixture
def folder(tmp_path):
    """Fill a folder; the files' content does not matter for finding them."""

    def fill(*names):
        for name in names:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).touch()
        return tmp_path

    return fill


def _names(folder):
    return [path.relative_to(folder).as_posix() for path in single_pictures(folder)]


def test_pictures_come_in_the_order_in_which_a_person_counts(folder):
    place = folder("p10.png", "p9.jpg", "P2.png", "a/1.png", "a/10.png", "a/2.png", "a10/x.png", "a9/x.png")
    assert _names(place) == ["a/1.png", "a/2.png", "a/10.png", "a9/x.png", "a10/x.png", "P2.png", "p9.jpg", "p10.png"]


def test_only_files_that_end_like_pictures_are_taken(folder):
    assert _names(folder("a.PNG", "notes.txt", "b.jpeg", "labels.csv", "png", "c.tiff")) == [
        "a.PNG",
        "b.jpeg",
        "c.tiff",
    ]


def test_every_kind_that_is_opened_has_an_ending():
    Image.init()
    for kind in FORMATS:
        assert {ending for ending, found in Image.EXTENSION.items() if found == kind} & set(ENDINGS)


def test_hidden_files_and_folders_are_passed_over(folder):
    assert _names(folder("a.png", ".b.png", ".thumbnails/c.png", "d/.e.png")) == ["a.png"]


def test_a_link_back_does_not_lead_round_and_round(folder):
    place = folder("a.png", "deep/b.png")
    (place / "deep" / "again").symlink_to(place, target_is_directory=True)
    assert _names(place) == ["a.png", "deep/b.png"]


def test_a_folder_without_pictures_is_an_error_in_its_place(folder):
    place = folder("notes.txt")
    (problem,) = single_pictures(place)
    assert problem.key == "error.picture.none"
    assert str(place) in str(problem)


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() == 0, reason="nothing is closed to this user")
def test_a_folder_that_cannot_be_read_is_an_error(folder):
    place = folder("closed/a.png")
    (place / "closed").chmod(0)
    (problem,) = single_pictures(place)
    (place / "closed").chmod(0o700)
    assert isinstance(problem, PictureError)


def test_anything_else_is_a_single_picture():
    for named in ("missing.png", b"x", np.zeros((2, 2), np.uint8), Image.new("L", (2, 2))):
        (found,) = single_pictures(named)
        assert found is named


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_among_pictures_is_an_error_in_its_place_and_nobody_waits_for_it(tmp_path):
    os.mkfifo(tmp_path / "1.png")
    Image.new("L", (8, 8)).save(tmp_path / "2.png")
    pipe, picture = single_pictures(tmp_path)
    assert "1.png: not a regular file" in str(pipe)
    assert picture == tmp_path / "2.png"


def test_numbers_in_names_are_counted():
    names = [Path("b10.png"), Path("b9.png"), Path("A.png")]
    assert [path.name for path in sorted(names, key=in_counting_order)] == ["A.png", "b9.png", "b10.png"]
