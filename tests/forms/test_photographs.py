"""Many photographs are read by several processes: the same table, and neither Ctrl-C nor a crash loses any."""

import io
import os
import pickle
import signal
import subprocess
import sys

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from shuzi.cli import shuzi as command
from shuzi.errors import DataError, PictureError
from shuzi.forms import photographs
from shuzi.forms.read import PageReader
from shuzi.forms.spec import read_spec
from shuzi.forms.stack import ENDING, Journal
from shuzi.messages import speaking
from shuzi.processes import pool
from shuzi.processes.pool_worker import ANSWER

pytestmark = pytest.mark.heavy

SPEC = 'title = "S"\nrows = 2\n[[fields]]\nname = "q"\nboxes = 1\n'
N = 4


@pytest.fixture(scope="module")
def sheet(tmp_path_factory, photo):
    """The arguments that read photographs of sheets, whose first rows hold 0, 1, 2 …."""
    folder = tmp_path_factory.mktemp("sheets")
    spec = folder / "spec.toml"
    spec.write_text(SPEC, encoding="utf-8")
    photos = [folder / f"{n}.jpg" for n in range(N)]
    for n, path in enumerate(photos):
        path.write_bytes(photo(read_spec(spec), {(0, "q"): str(n), (1, "q"): "5"}, seed=n))
    return ["form", "read", *map(str, photos), "--spec", str(spec), "--out"]


@pytest.fixture(scope="module")
def table(tmp_path_factory, sheets, hands, benchmark_module):
    """The arguments that read photographs of ruled tables."""
    ruled_tables = benchmark_module("ruled_tables")
    folder = tmp_path_factory.mktemp("tables")
    photos = [folder / f"{n}.jpg" for n in range(N)]
    for n, path in enumerate(photos):
        rng = np.random.default_rng(n)
        path.write_bytes(sheets.photograph(rng, ruled_tables.draw(rng, hands)[0], turned=0.0)[0])
    return ["form", "read", *map(str, photos), "--table", "--out"]


@pytest.fixture(scope="module", params=["sheet", "table"])
def given(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def expected(given, tmp_path_factory):
    """The table that one process makes of the photographs."""
    out = tmp_path_factory.mktemp("alone") / "table.json"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(photographs, "can_start", lambda: False)
        assert run(given, out).exit_code == 0
    return out.read_text("utf-8")


def run(given, *more):
    return CliRunner().invoke(command, [*given, *map(str, more)])


def test_they_are_read_elsewhere_and_the_table_is_that_of_one_process(given, expected, tmp_path, monkeypatch):
    answers = []
    unpacked = pool._unpacked
    monkeypatch.setattr(pool, "_unpacked", lambda *answer: answers.append(answer) or unpacked(*answer))
    assert run(given, tmp_path / "several.json").exit_code == 0
    assert [kind for kind, _ in answers] == [ANSWER] * N
    assert (tmp_path / "several.json").read_text("utf-8") == expected


def test_a_single_photograph_starts_no_process(sheet, tmp_path, monkeypatch):
    monkeypatch.setattr(pool, "PoolProcess", None)
    assert run([*sheet[:3], *sheet[-3:]], tmp_path / "table.csv").exit_code == 0


def interrupted_after(monkeypatch, kept):
    """Let Ctrl-C come once so many pages are kept; return the list of those that are."""
    keep, names = Journal.keep, []

    def counted(self, picture, page, key):
        if len(names) == kept:
            raise KeyboardInterrupt
        keep(self, picture, page, key)
        names.append(page.source)

    monkeypatch.setattr(Journal, "keep", counted)
    return names


def test_an_interrupted_run_goes_on(given, expected, tmp_path, monkeypatch):
    out = tmp_path / "table.json"
    first = interrupted_after(monkeypatch, 2)
    assert run(given, out).exit_code != 0
    assert (tmp_path / f"table.json{ENDING}").exists()
    assert not out.exists()
    assert isinstance(run(given, out).exception, DataError)
    monkeypatch.undo()
    second = interrupted_after(monkeypatch, N)
    again = run(given, out, "--resume")
    assert again.exit_code == 0, again.output
    assert sorted(first + second) == given[2 : 2 + N]
    assert out.read_text("utf-8") == expected
    assert not (tmp_path / f"table.json{ENDING}").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is another signal there")
def test_ctrl_c_keeps_what_was_read(sheet, tmp_path):
    left = tmp_path / f"table.csv{ENDING}"
    # a shell's background job ignores the signal
    program = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "from shuzi.__main__ import command; command()"
    )
    with subprocess.Popen([sys.executable, "-c", program, *sheet, str(tmp_path / "table.csv")]) as running:
        while running.poll() is None and not (left.exists() and left.read_bytes().count(b"\n") > 1):
            pass
        running.send_signal(signal.SIGINT)
    if running.returncode == 0:
        pytest.skip("all were read before the signal came")
    assert running.returncode == 130
    assert left.read_bytes().count(b"\n") > 1


class Deadly:
    """A picture that ends each process that it is sent to."""

    def __reduce__(self):
        return os.abort, ()


def test_a_photograph_that_ends_its_process_is_reported_and_costs_no_other(sheet, tmp_path, monkeypatch):
    photos_in = photographs.photos_in

    def with_deadly(named):
        return [(name, Deadly() if name.endswith("2.jpg") else picture) for name, picture in photos_in(named)]

    monkeypatch.setattr(photographs, "photos_in", with_deadly)
    found = run(sheet, tmp_path / "table.csv")
    assert found.exit_code == 1
    assert str(PictureError("error.reading.crashed", path=sheet[4])) in found.output
    lines = (tmp_path / "table.csv").read_text("utf-8-sig").splitlines()
    assert [line[:3] for line in lines[1::2]] == [f'"{digit}"' for digit in "013"]


def test_errors_are_in_the_language_of_who_asked(sheet, tmp_path):
    (tmp_path / "2.jpg").write_bytes(b"no picture")
    with speaking("zh"):
        found = run([*sheet[:4], str(tmp_path / "2.jpg"), *sheet[5:]], tmp_path / "table.csv")
    assert "不是 shuzi 能打开的图片" in found.output


def test_a_traced_form_can_be_read_elsewhere(traced, reader):
    pages = PageReader(read_spec(traced("survey")), reader)
    again = pickle.loads(pickle.dumps(pages))  # noqa: S301 - its own
    flat = pages.spec.blank
    assert again.read(flat, "blank").cells.keys() == pages.read(flat, "blank").cells.keys()


def test_a_class_scanned_into_one_pdf_is_read(tmp_path, photo):
    pytest.importorskip("pypdfium2", reason="the extra `pictures` is not installed")
    (tmp_path / "spec.toml").write_text(SPEC, encoding="utf-8")
    spec = read_spec(tmp_path / "spec.toml")
    filled = [
        Image.open(io.BytesIO(photo(spec, {(0, "q"): digit, (1, "q"): "5"}, seed=int(digit)))).convert("L")
        for digit in "01"
    ]
    small = [each.resize((each.width * 2 // 3, each.height * 2 // 3)) for each in filled]
    pages = [small[number % 2] for number in range(40)]
    pages[0].save(tmp_path / "class.pdf", save_all=True, append_images=pages[1:], resolution=120)
    given = ["form", "read", str(tmp_path / "class.pdf"), "--spec", str(tmp_path / "spec.toml"), "--out"]
    assert run(given, tmp_path / "table.csv").exit_code == 0
    rows = (tmp_path / "table.csv").read_text("utf-8-sig").splitlines()[1:]
    assert len(rows) == 80
