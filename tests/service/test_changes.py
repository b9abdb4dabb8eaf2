"""What people changed in a table stays in it: read back, with more photographs added, and while pages are resumed."""

import json

import pytest

import shuzi
from shuzi.errors import ServiceError
from shuzi.forms.flatten import Code
from shuzi.forms.kinds import Field
from shuzi.forms.output import save_table
from shuzi.forms.photographs import content_hash
from shuzi.forms.result import Cell, Change, PageRead, Row, Table, read_table
from shuzi.forms.stack import Journal
from shuzi.service.forms import join

FILES = {"spec": ("s.toml", b'title = "S"\n[[fields]]\nname = "q"\nboxes = 2\n')}
CHANGES = (Change("11", "71", "2026-11-28T23:50:00.123Z"), Change("71", "17", "2026-11-28T23:51:00.000Z"))
CELL = Cell("17", "ok", 1.0, page=1, source="a.jpg", changes=CHANGES)
TABLE = Table("S", (Field("q", "q"),), (Row(1, 0, {"q": CELL}),))


@pytest.fixture(scope="module")
def reader():
    return shuzi.load()


def test_the_log_outlives_a_file_and_more_photographs(reader, tmp_path):
    save_table(TABLE, tmp_path / "table.json")
    assert read_table(tmp_path / "table.json").rows[0].cells["q"] == CELL
    more = PageRead("b.jpg", Code("", 2, 1), {(0, "q"): Cell("5", "ok", 1.0, page=1, source="b.jpg")})
    said = json.loads(join(reader, [more], FILES, (tmp_path / "table.json").read_bytes(), 100, "en"))
    assert [row["cells"]["q"]["text"] for row in said["rows"]] == ["17", "5"]
    assert said["rows"][0]["cells"]["q"]["changes"] == [change._asdict() for change in CHANGES]
    assert "changes" not in said["rows"][1]["cells"]["q"]


def test_the_log_outlives_an_interruption(tmp_path):
    photo = tmp_path / "a.jpg"
    photo.write_bytes(b"a")
    page = PageRead("a.jpg", Code("", 1, 1), {(0, "q"): CELL})
    Journal.beside(tmp_path / "out.json", {}, resume=False).keep(photo, page, content_hash(photo))
    assert Journal.beside(tmp_path / "out.json", {}, resume=True).known(photo, "a.jpg") == page


@pytest.mark.parametrize("changes", [[{"before": "1", "after": "7"}], [["1", "7", ""]], "1", [{}] * 101])
def test_a_log_that_is_none_is_refused(reader, changes):
    found = TABLE.as_dict()
    found["rows"][0]["cells"]["q"]["changes"] = changes
    with pytest.raises(ServiceError):
        join(reader, [], FILES, json.dumps(found).encode(), 100, "en")
