"""A table that was read from forms is corrected by keyboard alone, exported, and not lost on reload."""

import base64
import csv
import io
import json

import pytest
from playwright.sync_api import expect

from driving.tables import png, table_of
from shuzi.forms.kinds import Field
from shuzi.forms.output import save_table
from shuzi.forms.result import Cell, Problem, Row, Table

pytestmark = pytest.mark.browser


@pytest.fixture
def opened(open_page, tmp_path):
    """A page of the view with a table, and the file of the table."""

    def made(rows=30):
        path = tmp_path / "table.json"
        save_table(table_of(rows), path)
        page = open_page("?view=forms")
        page.get_by_test_id("table-file").set_input_files(path)
        expect(page.get_by_test_id("remaining")).to_be_visible()
        return page, path

    return made


def saved(page, name):
    with page.expect_download() as found:
        page.get_by_role("button", name=name).click()
    return found.value.path().read_text("utf-8-sig")


def test_a_table_is_corrected_by_keyboard_alone_and_exported(opened):
    page, _ = opened()
    text = page.get_by_role("textbox")
    expect(page.get_by_test_id("remaining")).to_have_text("3 cells to check")
    expect(page.get_by_role("img", name="Question 1 of row 24")).to_be_visible()  # the most doubtful one
    expect(text).to_be_focused()
    page.keyboard.type("11")
    page.keyboard.press("Enter")
    expect(page.get_by_role("img", name="Question 1 of row 14")).to_be_visible()
    page.keyboard.press("Enter")  # it is right
    expect(page.get_by_test_id("remaining")).to_have_text("1 cell to check")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    page.keyboard.type("8")
    page.keyboard.press("Enter")
    expect(page.get_by_role("img", name="Question 1 of row 4")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("remaining")).to_have_text("Every doubtful cell has been checked.")
    rows = list(csv.reader(io.StringIO(saved(page, "Export CSV"))))
    assert rows[0] == ["id", "q1", "q2", "q3", "q4", "q5", "to check", "photo"]
    assert (rows[24][1], rows[14][1], rows[4][1]) == ("11", "17", "17")
    assert rows[13][2] == "8" or rows[3][2] == "8"
    assert not any(row[6] for row in rows[1:])
    whole = json.loads(saved(page, "Save JSON"))
    assert whole["doubtful"] == 0
    assert whole["rows"][23]["cells"]["q1"]["text"] == "11"


def test_what_was_written_outlives_a_reload_and_can_be_undone(opened):
    page, _ = opened()
    page.keyboard.type("12")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("remaining")).to_have_text("2 cells to check")
    page.reload()
    expect(page.get_by_test_id("remaining")).to_have_text("2 cells to check")
    assert json.loads(saved(page, "Save JSON"))["rows"][23]["cells"]["q1"]["text"] == "12"
    page.get_by_role("textbox").press("Control+z")
    expect(page.get_by_test_id("remaining")).to_have_text("3 cells to check")
    expect(page.get_by_role("textbox")).to_have_value("17")
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()


def test_a_thousand_cells_draw_only_the_rows_that_are_seen(opened):
    page, _ = opened(rows=2_000)
    expect(page.get_by_test_id("remaining")).to_have_text("200 cells to check")
    expect(page.get_by_role("img", name="Question 1 of row 1994")).to_be_visible()
    expect(page.locator("td[data-current]")).to_be_in_viewport()
    assert page.locator(".forms-grid tbody tr").count() < 80
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("remaining")).to_have_text("199 cells to check")
    expect(page.locator("td[data-current]")).to_be_visible()


def test_a_file_that_is_no_table_says_so_and_the_table_stays(opened, tmp_path):
    page, _ = opened()
    (tmp_path / "other.json").write_text("{}")
    page.get_by_test_id("table-file").set_input_files(tmp_path / "other.json")
    expect(page.get_by_role("alert")).to_contain_text("other.json is not a table")
    expect(page.get_by_test_id("remaining")).to_have_text("3 cells to check")


def test_the_view_speaks_chinese(open_page, tmp_path):
    save_table(table_of(30, "成绩"), tmp_path / "table.json")
    page = open_page("?view=forms&lang=zh")
    expect(page.get_by_role("heading", name="表格")).to_be_visible()
    page.get_by_test_id("table-file").set_input_files(tmp_path / "table.json")
    expect(page.get_by_test_id("remaining")).to_have_text("还有 3 格要核对")
    assert base64.b64decode(page.get_by_role("img", name="第 24 行").get_attribute("src").partition(",")[2]) == png()


STEPS_OF_ANOTHER = """async () => {
  const request = indexedDB.open("shuzi");
  await new Promise((resolve) => { request.onsuccess = resolve; });
  const store = request.result.transaction("forms", "readwrite").objectStore("forms");
  const steps = store.put({ id: "another", value: [{ row: 0, name: "q1", text: "99" }] }, "steps");
  await new Promise((resolve) => { steps.onsuccess = resolve; });
  request.result.close();
}"""


def test_corrections_of_another_table_are_not_taken_for_this_ones(opened):
    page, _ = opened()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("remaining")).to_have_text("2 cells to check")
    page.evaluate(STEPS_OF_ANOTHER)  # as a second tab with another table leaves them
    page.reload()
    expect(page.get_by_test_id("remaining")).to_have_text("3 cells to check")
    assert "99" not in saved(page, "Save JSON")


FULL = """() => {
  const put = IDBObjectStore.prototype.put;
IDBObjectStore.prototype.put = function (value, key) {
  if (this.name === "forms" && key === "table" && value.value.includes("Large"))
    throw new DOMException("There is no room.", "QuotaExceededError");
  return put.call(this, value, key);
};
}"""


def test_a_table_that_does_not_fit_leaves_nothing_of_the_one_before(opened, tmp_path):
    page, _ = opened()
    page.evaluate(FULL)
    save_table(table_of(30, "Large"), tmp_path / "large.json")
    page.get_by_test_id("table-file").set_input_files(tmp_path / "large.json")
    expect(page.get_by_role("heading", name="Large")).to_be_visible()
    expect(page.get_by_role("complementary", name="Storage")).to_contain_text("There is no room left")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("remaining")).to_have_text("2 cells to check")
    page.reload()
    expect(page.get_by_role("heading", name="Forms")).to_be_visible()
    expect(page.get_by_test_id("remaining")).to_have_count(0)


def test_what_was_typed_is_not_lost_without_enter(opened):
    page, _ = opened()
    page.keyboard.type("7")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("textbox", name="Question 1, row 25 · 024")).to_have_value("5")
    page.keyboard.type("8")
    page.locator(".forms-grid tr[aria-rowindex='27'] button").first.click()
    expect(page.get_by_role("textbox", name="Question 1, row 26")).to_have_value("5")
    page.keyboard.type("9")
    rows = list(csv.reader(io.StringIO(saved(page, "Export CSV"))))
    assert [row[1] for row in rows[24:27]] == ["7", "8", "9"]
    assert rows[27][1] == "5"
    expect(page.get_by_role("button", name="Export CSV")).to_be_focused()  # focus does not return to the field
    expect(page.get_by_test_id("remaining")).to_have_text("2 cells to check")
    page.get_by_role("textbox").press("Control+Shift+z")
    expect(page.get_by_role("textbox")).to_have_value("9")


def test_a_phone_confirms_with_a_button_and_types_what_it_must(opened):
    page, _ = opened()
    text = page.get_by_role("textbox")
    expect(text).to_have_attribute("inputmode", "decimal")
    text.fill("12")
    size = page.viewport_size
    page.set_viewport_size({"width": 390, "height": 844})
    frame = page.get_by_role("button", name="Confirm").bounding_box()
    assert frame["x"] + frame["width"] <= 390
    page.set_viewport_size(size)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("img", name="Question 1 of row 14")).to_be_visible()
    text.fill("99")
    expect(page.get_by_role("button", name="?7")).to_have_count(0)
    page.get_by_role("button", name="11", exact=True).click()
    expect(page.get_by_test_id("remaining")).to_have_text("1 cell to check")
    page.get_by_role("button", name="Undo").click()  # what the button said, and nothing else
    expect(text).to_have_value("17")
    whole = json.loads(saved(page, "Save JSON"))
    assert [whole["rows"][row]["cells"]["q1"]["text"] for row in (13, 23)] == ["17", "12"]


def test_another_table_replaces_corrections_only_if_one_agrees(opened, tmp_path):
    page, _ = opened()
    save_table(table_of(30, "Other"), tmp_path / "other.json")
    page.keyboard.type("12")
    page.keyboard.press("Enter")
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.get_by_test_id("table-file").set_input_files(tmp_path / "other.json")
    page.wait_for_function("document.querySelector('[data-testid=table-file]').value === ''")
    expect(page.get_by_role("heading", name="Scores")).to_be_visible()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_test_id("table-file").set_input_files(tmp_path / "other.json")
    expect(page.get_by_role("heading", name="Other")).to_be_visible()
    assert len(asked) == 1
    assert asked[0].startswith("Close the table?")


def test_csv_is_the_file_that_the_command_writes(open_page, tmp_path):
    texts = [
        "=1+1",
        "\t=1",
        "-3",
        " -1",
        "+1",
        "@a",
        "＝x",
        "a\x1b[31m",
        "a\r\nb",
        'a"b,c',
        "\u202e7",
        "\u009b",
        "007",
    ]
    fields = tuple(Field(name, boxes=9) for name in ("9", "10", "=q"))  # names that are numbers keep their order
    rows = tuple(
        Row(1, row, {each.name: Cell(text, "unsure", 0.5, source="-b.jpg") for each in fields})
        for row, text in enumerate(texts)
    )
    for ending in ("json", "csv"):
        save_table(Table("T", fields, rows), tmp_path / f"table.{ending}")
    page = open_page("?view=forms")
    page.get_by_test_id("table-file").set_input_files(tmp_path / "table.json")
    with page.expect_download() as found:
        page.get_by_role("button", name="Export CSV").click()
    assert found.value.path().read_bytes() == (tmp_path / "table.csv").read_bytes()


def test_long_names_make_a_narrow_page_no_wider(open_page, tmp_path):
    long = "x" * 200
    cells = {long: Cell("5", "unsure", 0.5, source=long)}
    problem = Problem(long, f"{long} is damaged.")
    save_table(Table(long, (Field(long, boxes=1),), (Row(1, 0, cells),), (problem,)), tmp_path / "table.json")
    page = open_page("?view=forms", viewport={"width": 360, "height": 740})
    page.get_by_test_id("table-file").set_input_files(tmp_path / "table.json")
    page.locator("details.notice summary").click()
    expect(page.get_by_text(problem.message)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
