"""A correction is compared with the rest of a table at once; cells are seen by answer; all by keyboard alone."""

import json
from datetime import datetime

import numpy as np
import pytest
from playwright.sync_api import expect

import shuzi
from shuzi.forms.hands import strip_of
from shuzi.forms.kinds import Field
from shuzi.forms.output import save_table
from shuzi.forms.result import Cell, Row, Table

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def images():
    """A 7 and a 1 of MNIST."""
    validation = shuzi.load_mnist().validation
    return [validation.images[np.flatnonzero(validation.labels == digit)[0]] for digit in (7, 1)]


@pytest.fixture
def page(open_page, tmp_path, images):
    """The view with a table whose rows hold one and the same 7, and one and the same 1, in turn."""
    seven, one = images
    answers = [("7", seven), ("1", one)] * 3
    rows = [
        Row(1, number, {"q": Cell(text, "ok", 0.99, digits=strip_of([[image, image]]), source="a.jpg")})
        for number, (text, image) in enumerate(answers)
    ]
    save_table(Table("Sevens", (Field("q", "Question", boxes=1),), tuple(rows)), tmp_path / "table.json")
    page = open_page("?view=forms")
    page.get_by_test_id("table-file").set_input_files(tmp_path / "table.json")
    expect(page.get_by_test_id("remaining")).to_have_text("Every doubtful cell has been checked.")
    return page


def texts_in(page):
    with page.expect_download() as found:
        page.get_by_role("button", name="Save JSON").click()
    table = json.loads(found.value.path().read_text("utf-8"))
    return table, [row["cells"]["q"]["text"] for row in table["rows"]]


def test_the_same_ink_changes_with_a_correction_and_back_also_after_a_reload(page):
    page.keyboard.type("4")
    page.keyboard.press("Enter")
    # the same ink is the same digit, whatever the network's answer
    expect(page.get_by_test_id("remaining")).to_have_text("2 cells to check")
    expect(page.get_by_test_id("again")).to_contain_text("row 3: 7 → 4")
    table, texts = texts_in(page)
    assert texts == ["4", "1", "4", "1", "4", "1"]
    assert [row["cells"]["q"]["status"] for row in table["rows"]] == ["ok", "ok", "unsure", "ok", "unsure", "ok"]
    (change,) = table["rows"][0]["cells"]["q"]["changes"]
    assert (change["before"], change["after"]) == ("7", "4")
    assert change["at"].endswith("Z")
    assert datetime.fromisoformat(change["at"]).utcoffset().total_seconds() == 0
    assert "changes" not in table["rows"][2]["cells"]["q"]
    page.reload()
    expect(page.get_by_test_id("remaining")).to_have_text("2 cells to check")
    page.get_by_role("textbox").press("Control+z")
    expect(page.get_by_test_id("remaining")).to_have_text("Every doubtful cell has been checked.")
    assert texts_in(page)[1] == ["7", "1"] * 3


def test_answers_are_seen_in_groups_and_corrected_by_keyboard(page):
    page.get_by_role("button", name="By answer").press("Enter")
    sevens = page.get_by_role("region", name="7: 3")
    expect(sevens.get_by_role("button")).to_have_count(3)
    expect(page.get_by_role("region", name="1: 3").get_by_role("button")).to_have_count(3)
    first = page.get_by_role("button", name="1, row 2")
    first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("button", name="7, row 1")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox")).to_be_focused()
    page.keyboard.type("4")
    page.keyboard.press("Enter")
    # on to the next picture of the group, where it is now
    expect(page.get_by_role("button", name="4, row 5")).to_be_focused()
    expect(page.get_by_role("region", name="4: 3").get_by_role("button")).to_have_count(3)
    assert texts_in(page)[1] == ["4", "1", "4", "1", "4", "1"]
