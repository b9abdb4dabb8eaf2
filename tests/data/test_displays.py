import numpy as np
import pytest

from shuzi.data.collection import DISPLAYS
from shuzi.data.displays import load_displays
from shuzi.errors import DataError


def test_digits_of_a_meter_are_all_held_out_or_none(mnist, display_folder):
    splits = mnist.with_handwriting(displays=load_displays(display_folder))
    own, held = splits.train.displays, splits.validation.displays
    assert not {*own.meters} & {*held.meters}
    assert len({*own.meters} | {*held.meters}) == 8
    assert len(own) + len(held) == len(load_displays(display_folder))
    assert splits.test.displays is None


def test_what_is_no_digit_is_left_out(display_folder):
    displays = load_displays(display_folder)
    assert len(displays.segments) == len(displays.labels) == 230
    assert set(displays.labels.tolist()) == {*range(10)}


def test_the_variable_names_the_folder_too(display_folder, monkeypatch):
    monkeypatch.setenv(DISPLAYS.variable, str(display_folder))
    assert load_displays().sha256() == load_displays(display_folder).sha256()
    assert load_displays().sha256() != load_displays().divided()[1].sha256()


def test_a_folder_without_digits_says_what_is_missing(tmp_path, display_folder, monkeypatch):
    monkeypatch.delenv(DISPLAYS.variable, raising=False)
    with pytest.raises(DataError, match=DISPLAYS.variable):
        load_displays()
    with pytest.raises(DataError, match="meter_digits"):
        load_displays(tmp_path)
    (tmp_path / "meter_digits.npz").write_bytes(b"no archive")
    with pytest.raises(DataError, match="no digits of displays"):
        load_displays(tmp_path)
    np.savez(tmp_path / "meter_digits.npz", images=np.zeros((2, 5, 5), np.uint8), value=[1.0, 2.0], source=["a", "b"])
    (tmp_path / "segment_digits.npz").write_bytes((display_folder / "segment_digits.npz").read_bytes())
    with pytest.raises(DataError, match="no digits of displays"):
        load_displays(tmp_path)
