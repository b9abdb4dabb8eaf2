"""Many photographs are read in several requests: the table is the one of a single request."""

import io
import json
import re

import cv2
import numpy as np
import pytest
from PIL import Image

from shuzi.forms.layout import pages_of
from shuzi.forms.spec import read_spec

pytestmark = pytest.mark.heavy

COPIES = (
    'title = "S"\nrows = 3\n[[fields]]\nname = "day"\nkind = "date"\nonce = true\n[[fields]]\nname = "q"\nboxes = 2\n'
)
PAGES = 'title = "P"\nroster = "r.csv"\n[[fields]]\nname = "id"\ncolumn = "id"\n[[fields]]\nname = "q"\nboxes = 2\n'
ROSTER = "id\n" + "".join(f"{n:03}\n" for n in range(40))


@pytest.fixture(scope="module")
def photograph(benchmark_module, mnist):
    """A function that fills a page of a spec with numbers of its own and photographs it."""
    sheets, digits = benchmark_module("sheets"), mnist.validation

    def made(spec, page=1, seed=0, most=99):
        rng = np.random.default_rng([seed, page])
        places = pages_of(spec)[page - 1].fields
        texts = {(place.row, place.field.name): str(rng.integers(10, most)) for place in places if place.row >= 0}
        filled = sheets.fill(
            rng, sheets.print_sheet(spec)[page - 1], places, texts, sheets.Hands(digits.images, digits.labels)
        )
        return sheets.photograph(rng, filled, 10.0)[0]

    return made


def ruled(rows):
    picture = np.full((700, 900), 245, np.uint8)
    for n in range(rows + 1):
        cv2.line(picture, (100, 100 + 100 * n), (800, 100 + 100 * n), 40, 3)
    for n in range(5):
        cv2.line(picture, (100 + 175 * n, 100), (100 + 175 * n, 100 + 100 * rows), 40, 3)
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "png")
    return file.getvalue()


@pytest.fixture(scope="module")
def copies(tmp_path_factory, photograph):
    """Three copies of one sheet, in the middle something that is none."""
    path = tmp_path_factory.mktemp("copies") / "s.toml"
    path.write_text(COPIES)
    photos = [photograph(read_spec(path), seed=n) for n in range(3)]
    return "", [*photos[:1], b"no picture", *photos[1:]], {"spec": ("s.toml", COPIES)}


@pytest.fixture(scope="module")
def single(tmp_path_factory, photograph):
    """Two copies of a sheet that is one row."""
    path = tmp_path_factory.mktemp("single") / "s.toml"
    path.write_text(COPIES.replace("rows = 3\n", ""))
    photos = [photograph(read_spec(path), seed=n) for n in range(4)]
    return "", photos, {"spec": ("s.toml", path.read_text())}


@pytest.fixture(scope="module")
def pages(tmp_path_factory, photograph):
    """The pages of one sheet with a roster, the last first and one of them twice, otherwise photographed."""
    folder = tmp_path_factory.mktemp("pages")
    (folder / "r.csv").write_text(ROSTER)
    (folder / "p.toml").write_text(PAGES)
    spec = read_spec(folder / "p.toml")
    count = len(pages_of(spec))
    assert count > 1
    photos = [photograph(spec, page) for page in range(count, 0, -1)]
    files = {"spec": ("p.toml", PAGES), "roster": ("r.csv", ROSTER)}
    return "", [*photos, photograph(spec, 1, seed=1)], files


@pytest.fixture
def tables():
    """Ruled tables of different lengths, the second photograph of none."""
    file = io.BytesIO()
    Image.new("L", (400, 400), 240).save(file, "png")
    return "?table=true", [ruled(3), file.getvalue(), ruled(2), ruled(4)], {}


def post(client, query, named, files, before=None):
    fields = [*(("picture", each) for each in named), *files.items()]
    if before is not None:
        fields.append(("before", ("before.json", json.dumps(before))))
    return client.post(f"/v1/forms{query}", files=fields)


@pytest.mark.parametrize("kind", ["copies", "single", "pages", "tables"])
def test_in_several_requests_as_in_one(client, request, kind):
    query, photos, files = request.getfixturevalue(kind)
    named = [(f"{n}.jpg", each) for n, each in enumerate(photos)]
    whole = post(client, query, named, files)
    assert whole.status_code == 200, whole.text
    assert len(whole.json()["rows"]) > 3
    before = None
    for each in named:
        said = post(client, query, [each], files, before)
        assert said.status_code == 200, said.text
        before = said.json()
    assert before == whole.json()


def test_a_page_that_was_missing_is_no_problem_once_it_is_there(client, pages):
    query, photos, files = pages
    named = [(f"{n}.jpg", each) for n, each in enumerate(photos[:-1])]
    first = post(client, query, named[:1], files).json()
    assert "1" in first["problems"][0]["message"]
    assert post(client, query, named[1:], files, first).json()["problems"] == []


@pytest.fixture(scope="module")
def first_of_copies(client, copies):
    """The table of the first copy, as JSON."""
    query, photos, files = copies
    return post(client, query, [("0.jpg", photos[0])], files).text


def changed_row(**values):
    return lambda table: table["rows"][1].update(values)


@pytest.mark.parametrize(
    ("change", "key", "words"),
    [
        (lambda _: "no table", "error.service.before", "must be a JSON object"),
        (lambda _: "", "error.service.before", "must be a JSON object"),
        (lambda table: table["rows"][0]["cells"]["q"].update(picture="A"), "error.service.cell_picture", ""),
        (
            lambda table: table["rows"][0].update(cells={"z": table["rows"][0]["cells"]["q"]}),
            *("error.service.before", "It has a column z"),
        ),
        (lambda table: table.update(title="T"), "error.service.before", "other sheets than S"),
        (lambda table: table["columns"].pop(), "error.service.before", "other sheets than S"),
        (changed_row(row=4), "error.service.before", "q in row 4 of sheet 1 does not fit"),
        (changed_row(row=0), "error.service.before", "q in row 0"),
        (changed_row(row=1), "error.service.before", "Row 1 of sheet 1 appears twice"),
        (lambda table: table["rows"][1]["cells"]["q"].update(page=2), "error.service.before", "q in row 2"),
        # corrected in one row only: there is one on the sheet
        (lambda table: table["rows"][1]["cells"]["day"].update(text="1"), "error.service.before", "day in row 2"),
        (
            lambda table: table["problems"].extend([{"source": "a", "message": "b"}] * 1_001),
            *("error.service.before", "more than 1,000 pictures"),
        ),
    ],
)
def test_what_is_no_table_of_these_sheets_is_refused_before_anything_is_read(
    client, copies, first_of_copies, change, key, words
):
    query, photos, files = copies
    table = json.loads(first_of_copies)
    changed = change(table)
    said = post(client, query, [("1.jpg", photos[2])], files, changed if isinstance(changed, str) else table)
    assert (said.status_code, said.json()["key"]) == (422, key), said.text
    assert re.search(words, said.json()["detail"])


def test_a_table_is_not_given_the_names_of_another_roster(client, pages):
    query, photos, files = pages
    table = post(client, query, [("0.jpg", photos[0])], files).json()
    other = files | {"roster": ("r.csv", ROSTER.replace("0", "9"))}
    said = post(client, query, [("1.jpg", photos[1])], other, table)
    assert (said.status_code, said.json()["key"]) == (422, "error.service.before")
    assert "id in row" in said.json()["detail"]


def test_a_field_that_holds_no_json_is_called_by_its_name(client, copies):
    query, photos, files = copies
    fields = [("picture", ("0.jpg", photos[0])), *files.items(), ("before", ("b.json", b"{"))]
    said = client.post(f"/v1/forms{query}", files=fields)
    assert said.status_code == 422
    assert said.json()["detail"] == 'The earlier table cannot be continued. The field "before" does not hold JSON.'
