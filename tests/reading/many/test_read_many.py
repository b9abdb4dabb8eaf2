import gc
import os
import pickle
import signal
import threading

import numpy as np
import pytest
from PIL import Image

import shuzi
from shuzi.errors import PictureError
from shuzi.models.store import shipped
from shuzi.processes import pool
from shuzi.processes.cores import cores
from shuzi.reading import read_many
from shuzi.reading.reader import Reader

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif("default" not in shipped(), reason="the default model is not made yet"),
    pytest.mark.skipif(cores() == 1, reason="on one core nobody helps"),
]


def numbers(reader):
    """Return the processes that help a reader, once all that were asked for have been started."""
    pool = reader._processes.pool
    while not all(each.pid for each in pool._processes):
        pass
    return [each.pid for each in pool._processes]


def texts(readings):
    return [each.text for each in readings]


def helped(reader, pictures):
    """Read until another process has read something too, and return what was read then."""
    by_others = threading.Event()
    unpacked = pool._unpacked

    def noted(kind, packed):
        by_others.set()
        return unpacked(kind, packed)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pool, "_unpacked", noted)
        while not by_others.is_set():
            readings = list(reader.read_many(pictures))
    return readings


def test_the_answers_are_those_of_a_loop_whoever_reads(reader, pages):
    expected = [reader.read(page).as_dict() for page in pages]
    assert [each.as_dict() for each in reader.read_many(pages)] == expected
    assert [each.as_dict() for each in helped(reader, pages)] == expected


def test_a_few_pictures_start_no_process(reader, pages):
    list(reader.read_many(pages[:8]))
    assert numbers(reader) == []


def test_no_more_processes_are_started_than_there_is_work_for(reader, pages, monkeypatch):
    monkeypatch.setattr(read_many, "cores", lambda: 64)
    list(reader.read_many(pages[:20]))
    assert len(numbers(reader)) == 2


def test_the_processes_are_kept_and_end_with_the_reader(pages):
    reader = shuzi.load()
    helped(reader, pages)
    first, processes = numbers(reader), [each._process for each in reader._processes.pool._processes]
    helped(reader, pages)
    assert numbers(reader) == first
    assert [each.poll() for each in processes] == [None] * (cores() - 1)
    del reader
    gc.collect()
    assert None not in [each.poll() for each in processes]


def test_a_process_that_was_killed_costs_no_picture(reader, pages):
    expected = texts(map(reader.read, pages))
    helped(reader, pages)
    first = numbers(reader)
    readings = reader.read_many(pages)
    found = [next(readings).text]
    for each in first:
        os.kill(each, signal.SIGKILL)
    found += texts(readings)
    assert found == expected
    assert texts(helped(reader, pages)) == expected
    assert not set(numbers(reader)) & set(first)


def test_who_stops_early_can_read_again(reader, pages):
    expected = reader.read(pages[0]).text
    for _ in range(3):
        readings = reader.read_many(pages)
        assert next(readings).text == expected
        readings.close()
    assert len(helped(reader, pages)) == len(pages)


def test_two_readings_at_once_do_not_mix(reader, pages):
    expected = texts(map(reader.read, pages))
    helped(reader, pages)
    forwards, backwards = reader.read_many(pages), reader.read_many(pages[::-1])
    both = [(one.text, other.text) for one, other in zip(forwards, backwards, strict=True)]
    assert both == list(zip(expected, expected[::-1], strict=True))


def test_pages_and_answers_larger_than_a_pipe_block_nobody(reader, mnist):
    rows = mnist.validation.images[:1_600].reshape(16, 10, 10, 28, 28)
    large = [255 - each.transpose(0, 2, 1, 3).reshape(280, 280).repeat(3, 0).repeat(3, 1) for each in rows]
    found = helped(reader, large * 2)
    assert all(len(pickle.dumps(each)) > 65_536 for each in found)
    assert found[:16] == found[16:]


def test_relative_paths_lead_on_from_where_they_were_named(reader, pages, tmp_path, monkeypatch):
    names = [f"{number}.png" for number in range(20)]
    for folder, value in (("one", 0), ("two", 1)):
        (tmp_path / folder).mkdir()
        for name in names:
            Image.fromarray(pages[value]).save(tmp_path / folder / name)
    monkeypatch.chdir(tmp_path / "one")
    assert set(texts(helped(reader, names))) == {reader.read(pages[0]).text}
    readings = reader.read_many(names)
    first = next(readings)
    monkeypatch.chdir(tmp_path / "two")
    taken = 8  # what was taken before the folder changed leads on from the old one
    assert set(texts([first, *(next(readings) for _ in range(taken - 1))])) == {reader.read(pages[0]).text}
    assert texts(reader.read_many(names)) == [reader.read(pages[1]).text] * 20


def test_a_working_folder_that_is_gone_matters_to_no_array(reader, pages, tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert texts(reader.read_many(pages)) == texts(map(reader.read, pages))


class Scan(np.ndarray):
    """A picture of a kind that other processes may know or not."""

    def __reduce__(self):
        return _unknown_elsewhere, (os.getpid(), np.asarray(self))


def _unknown_elsewhere(home, array):
    if os.getpid() != home:
        raise AttributeError("no such class here")
    return array.view(Scan)


class Stubborn(np.ndarray):
    """A picture that cannot be packed."""

    def __reduce__(self):
        raise TypeError("not me")


@pytest.mark.parametrize("kind", [Scan, Stubborn])
def test_what_does_not_survive_the_way_is_read_here(reader, pages, kind):
    expected = texts(map(reader.read, pages))
    helped(reader, pages)
    assert texts(reader.read_many([page.view(kind) for page in pages])) == expected


def test_a_turned_picture_is_read_as_it_was_turned_in_memory(reader, pages):
    lying = []
    for page in pages:
        image = Image.fromarray(np.rot90(page))
        image.getexif()[274] = 6
        lying.append(image)
    expected = texts(map(reader.read, lying))
    helped(reader, pages)
    assert texts(reader.read_many(lying)) == expected


class Broken(Reader):
    """A reader with a fault."""

    def read(self, picture):
        if isinstance(picture, np.ndarray) and picture.shape == (1, 1):
            raise RuntimeError("a fault")
        return super().read(picture)


def test_a_fault_is_raised_where_its_picture_is_asked_for_whoever_met_it(pages):
    plain = shuzi.load()
    reader = Broken(plain._classifier, plain._detector)
    for _ in range(20):  # here, or in another process
        readings = reader.read_many([*pages[:20], np.zeros((1, 1), np.uint8), *pages[20:]])
        assert len([next(readings) for _ in range(20)]) == 20
        with pytest.raises(RuntimeError, match="a fault"):
            next(readings)


def test_what_is_no_picture_is_an_error_in_its_place(reader, pages):
    found = list(reader.read_many([*pages[:20], 7, *pages[20:]]))
    assert isinstance(found[20], PictureError)
    assert texts(found[:20] + found[21:]) == texts(map(reader.read, pages))


def test_without_another_python_all_are_read_here(reader, pages, monkeypatch):
    monkeypatch.setattr("sys.executable", "")
    assert texts(reader.read_many(pages)) == texts(map(reader.read, pages))
    assert numbers(reader) == []


def test_a_reader_goes_to_another_process_with_its_model(pages, finished_run):
    reader = shuzi.load(finished_run())
    other = pickle.loads(pickle.dumps(reader))  # noqa: S301 - packed a moment ago
    assert isinstance(other, Reader)
    assert [other.read(page).as_dict() for page in pages] == [reader.read(page).as_dict() for page in pages]


def test_large_pictures_after_many_small_ones_are_read_in_their_order(reader, mnist):
    small = [255 - image for image in mnist.test.images[:60]]
    large = [np.kron(each, np.ones((20, 20), np.uint8)) for each in small[:6]]
    readings = list(reader.read_many([*small, *large, *small]))
    assert len(readings) == 126
    assert [each.text for each in readings[66:]] == [each.text for each in readings[:60]]
