"""The last sheet survives a reload; where the browser stores nothing, the page says so once."""

import pytest
from playwright.sync_api import expect

from driving.pen import strokes_of
from driving.sheet import Sheet

pytestmark = pytest.mark.browser

REFUSE = """Object.defineProperty(window, "indexedDB", {
  get() { throw new DOMException("The operation is insecure.", "SecurityError"); },
});"""

_OF_OTHERS = """async () => {
  const request = indexedDB.open("shuzi");
  await new Promise((resolve) => { request.onsuccess = resolve; });
  const store = request.result.transaction("sheets", "readwrite").objectStore("sheets");
  const found = store.get("corrections");
  await new Promise((resolve) => { found.onsuccess = resolve; });
  const put = store.put({ ...found.result, id: "another" }, "corrections");
  await new Promise((resolve) => { put.onsuccess = resolve; });
  request.result.close();
}"""


def _say(page, character):
    page.locator(".correct").get_by_role("button", name=character, exact=True).click()


def test_strokes_and_corrections_are_there_after_a_reload(open_sheet, mnist):
    sheet = open_sheet()
    with sheet.explained():
        sheet.write(strokes_of(mnist.test.images[0]), 0.3, 0.5)
    with sheet.explained() as answer:
        sheet.write(strokes_of(mnist.test.images[1]), 0.6, 0.5)
    assert answer.text == "72"
    sheet.page.locator(".number .line > span").nth(0).click()
    _say(sheet.page, "1")
    expect(sheet.number).to_have_attribute("data-text", "12")
    sheet.page.reload()
    expect(sheet.number).to_have_attribute("data-text", "12")
    expect(sheet.boxes.nth(0)).to_have_attribute("data-mine", "true")
    expect(sheet.page.get_by_role("button", name="Undo")).to_be_disabled()
    sheet.clear()
    sheet.page.reload()
    sheet.canvas.wait_for()
    with sheet.explained() as answer:
        sheet.write(strokes_of(mnist.test.images[2]))
    assert answer.text == "1"


def test_pictures_and_their_corrections_are_there_after_a_reload(open_sheet, two_pictures):
    sheet = open_sheet()
    sheet.page.get_by_test_id("pictures").set_input_files(two_pictures)
    listed = sheet.page.locator(".listed-text")
    expect(listed).to_have_text(["72", "72"])
    sheet.boxes.nth(0).click(position={"x": 8, "y": 8})
    _say(sheet.page, "1")
    expect(listed).to_have_text(["12", "72"])
    sheet.page.reload()
    expect(listed).to_have_text(["12", "72"])
    sheet.page.locator(".picture-list button").nth(1).click()
    sheet.boxes.nth(0).click(position={"x": 8, "y": 8})
    _say(sheet.page, "4")
    sheet.page.once("dialog", lambda dialog: dialog.dismiss())
    sheet.page.get_by_role("button", name="Back to writing").click()
    expect(listed).to_have_text(["12", "42"])
    sheet.page.reload()
    expect(listed).to_have_text(["12", "42"])
    sheet.page.evaluate(_OF_OTHERS)  # as a second tab with other pictures leaves them
    sheet.page.reload()
    expect(listed).to_have_text(["72", "72"])
    sheet.page.get_by_role("button", name="Back to writing").click()
    sheet.page.reload()
    expect(sheet.canvas).to_be_visible()


def test_without_storage_the_page_says_so_once(open_page, mnist):
    page = open_page("?view=models")
    page.add_init_script(REFUSE)
    page.goto("./")
    sheet = Sheet(page)
    notice = page.get_by_role("complementary", name="Storage")
    expect(notice).to_contain_text("does not let the page store anything")
    with sheet.explained() as answer:
        sheet.write(strokes_of(mnist.test.images[0]))
    assert answer.text == "7"
    page.get_by_role("button", name="Correct").click()
    _say(page, "1")
    page.locator(".correct").get_by_role("button", name="Keep this digit").click()
    expect(page.locator(".correct").get_by_role("button", name="Kept")).to_be_visible()  # while the page is open
    page.reload()
    expect(page.locator(".sheet .hint")).to_be_visible()
    notice.get_by_role("button", name="Understood").click()
    page.reload()
    expect(page.locator(".sheet .hint")).to_be_visible()
    expect(notice).to_have_count(0)


_FULL = """const put = IDBObjectStore.prototype.put;
window.isFull = true;
IDBObjectStore.prototype.put = function (value, key) {
  if (window.isFull && key === "ink") throw new DOMException("There is no room.", "QuotaExceededError");
  return put.call(this, value, key);
};"""


def test_without_room_the_page_says_so_until_there_is_some(open_page, mnist):
    page = open_page("?view=models")
    page.add_init_script(_FULL)
    page.goto("./")
    notice = page.get_by_role("complementary", name="Storage")
    sheet = Sheet(page)
    with sheet.explained():
        sheet.write(strokes_of(mnist.test.images[0]))
    expect(notice).to_contain_text("There is no room left")
    page.evaluate("window.isFull = false")
    sheet.clear()
    expect(notice).to_have_count(0)


STROKES_OF_2479 = 5


def test_an_example_that_is_undone_gives_the_sheet_back(open_sheet, mnist):
    sheet = open_sheet()
    with sheet.explained() as answer:
        sheet.write(strokes_of(mnist.test.images[0]), 0.3, 0.5)
    assert answer.text == "7"
    with sheet.explained() as answer:
        sheet.page.get_by_role("button", name="Show me").click()
    assert answer.text == "2479"
    for _ in range(STROKES_OF_2479 + 1):  # and what it replaced
        sheet.page.get_by_role("button", name="Undo").click()
    expect(sheet.number).to_have_attribute("data-text", "7")
    sheet.draw(sheet.placed(strokes_of(mnist.test.images[2]), 0.6, 0.5))
    expect(sheet.number).to_have_attribute("data-text", "71")
