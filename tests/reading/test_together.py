import gc
import os
import pickle
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from PIL import Image

import shuzi
from shuzi.errors import ShuziError
from shuzi.models.store import shipped
from shuzi.reading import together
from shuzi.reading.reader import Reader
from shuzi.reading.together import cores

pytestmark = [
    pytest.mark.skipif("default" not in shipped(), reason="the default model is not made yet"),
    pytest.mark.skipif(cores() == 1, reason="on one core nobody helps"),
]


@pytest.fixture
def pages(mnist):
    return [255 - np.pad(image, 10) for image in mnist.validation.images[:60]]


def processes(reader):
    return reader._helpers._processes


def test_the_answers_are_those_of_a_loop(pages):
    reader = shuzi.load()
    expected = [reader.read(page) for page in pages]
    for _ in range(3):  # at first the other processes are not ready
        found = list(reader.read_many(pages))
        assert [each.as_dict() for each in found] == [each.as_dict() for each in expected]
    assert processes(reader)


def test_a_few_pictures_start_no_process(pages):
    reader = shuzi.load()
    list(reader.read_many(pages[:4]))
    assert processes(reader) == []


def test_the_processes_are_kept_and_end_with_the_reader(pages):
    reader = shuzi.load()
    list(reader.read_many(pages))
    first = list(processes(reader))
    list(reader.read_many(pages))
    assert processes(reader) == first
    assert [each.poll() for each in first] == [None] * (cores() - 1)
    del reader
    gc.collect()
    assert [each.poll() for each in first] == [0] * (cores() - 1)


def test_a_process_that_was_killed_costs_no_picture(pages):
    reader = shuzi.load()
    list(reader.read_many(pages))
    expected = [reader.read(page).text for page in pages]
    readings = reader.read_many(pages)
    found = [next(readings).text]
    for each in processes(reader):
        each.kill()
    found += [each.text for each in readings]
    assert found == expected
    assert [each.text for each in reader.read_many(pages)] == expected  # by new ones


def test_who_stops_early_can_read_again(pages):
    reader = shuzi.load()
    for _ in range(3):
        readings = reader.read_many(pages)
        assert next(readings).text == reader.read(pages[0]).text
        readings.close()
    assert len(list(reader.read_many(pages))) == len(pages)


def test_two_readings_at_once_do_not_mix(pages):
    reader = shuzi.load()
    forwards, backwards = reader.read_many(pages), reader.read_many(pages[::-1])
    both = [(one.text, other.text) for one, other in zip(forwards, backwards, strict=True)]
    expected = [reader.read(page).text for page in pages]
    assert both == list(zip(expected, expected[::-1], strict=True))


def test_pages_and_answers_larger_than_a_pipe_block_nobody(mnist):
    rows = mnist.validation.images[:1_600].reshape(16, 10, 10, 28, 28)
    large = [255 - each.transpose(0, 2, 1, 3).reshape(280, 280).repeat(3, 0).repeat(3, 1) for each in rows]
    reader = shuzi.load()
    found = list(reader.read_many(large * 2))
    assert all(len(pickle.dumps(each)) > 65_536 for each in found)
    assert found[:16] == found[16:]


def test_relative_paths_lead_on_from_where_they_were_named(pages, tmp_path, monkeypatch):
    names = [f"{number}.png" for number in range(20)]
    for folder, value in (("one", 0), ("two", 1)):
        (tmp_path / folder).mkdir()
        for name in names:
            Image.fromarray(pages[value]).save(tmp_path / folder / name)
    reader = shuzi.load()
    texts = []
    for folder in ("one", "two"):
        monkeypatch.chdir(tmp_path / folder)
        texts.append({each.text for each in reader.read_many(names)})
    assert texts == [{reader.read(pages[0]).text}, {reader.read(pages[1]).text}]


def test_what_is_no_answer_is_raised_where_it_is_asked_for(pages):
    reader = shuzi.load()
    list(reader.read_many(pages))
    readings = reader.read_many([*pages[:20], 7, *pages[20:]])
    assert [each.status for each in (next(readings) for _ in range(20))]
    with pytest.raises((TypeError, ShuziError)):  # a number is no picture
        raise next(readings)


def test_a_script_needs_no_guard(pages, tmp_path):
    np.save(tmp_path / "pages.npy", np.stack(pages))
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent("""
            import numpy as np, shuzi
            pages = np.load("pages.npy")
            print("".join(each.text for each in shuzi.load().read_many(list(pages))))
        """),
        encoding="utf-8",
    )
    done = subprocess.run([sys.executable, script], cwd=tmp_path, capture_output=True, check=True, encoding="utf-8")
    reader = shuzi.load()
    assert done.stdout.strip() == "".join(reader.read(page).text for page in pages)
    assert done.stderr == ""


def test_without_another_python_all_are_read_here(pages, monkeypatch):
    monkeypatch.setattr(together.sys, "executable", "")
    reader = shuzi.load()
    assert [each.text for each in reader.read_many(pages)] == [reader.read(page).text for page in pages]
    assert processes(reader) == []


def test_a_reader_goes_to_another_process_with_its_model(pages, finished_run):
    reader = shuzi.load(finished_run())
    other = pickle.loads(pickle.dumps(reader))  # noqa: S301 - packed a moment ago
    assert isinstance(other, Reader)
    assert [other.read(page).as_dict() for page in pages] == [reader.read(page).as_dict() for page in pages]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_process_leaves_its_parents_helpers_alone(pages, tmp_path):
    program = """
import os, sys, numpy as np, shuzi
pages = list(np.load(sys.argv[1]))
reader = shuzi.load()
first = [each.text for each in reader.read_many(pages)]
child = os.fork()
if not child:
    os._exit(0 if [each.text for each in reader.read_many(pages)] == first else 1)
_, status = os.waitpid(child, 0)
assert status == 0
assert [each.text for each in reader.read_many(pages)] == first
assert all(each.poll() is None for each in reader._helpers._processes)
"""
    np.save(tmp_path / "pages.npy", np.stack(pages))
    subprocess.run([sys.executable, "-c", program, tmp_path / "pages.npy"], check=True)
