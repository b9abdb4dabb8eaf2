"""Two tabs of the page: writing in one never replaces writing in the other."""

import pytest
from playwright.sync_api import expect

from driving.pen import strokes_of
from driving.sheet import Sheet, spy_on_questions
from driving.tables import table_of
from shuzi.forms.output import save_table

pytestmark = pytest.mark.browser

# the service serves the page without locks to phones, whose addresses are not https
NO_LOCKS = 'Object.defineProperty(Navigator.prototype, "locks", { get: () => undefined });'


def _tab(context, path="./"):
    page = context.new_page()
    spy_on_questions(page)
    page.goto(path)
    return page


def _write(page, strokes, left=0.5):
    sheet = Sheet(page)
    sheet.canvas.wait_for()
    with sheet.explained() as answer:
        sheet.write(strokes, left)
    return answer.text


STORED = """() => new Promise((done) => {
  indexedDB.open("shuzi").onsuccess = ({ target }) => {
    const all = target.result.transaction("kept").objectStore("kept").getAll();
    all.onsuccess = () => done(all.result.map(({ label }) => label));
  };
})"""


def _keep(page, label):
    """Correct the only digit of the sheet, and keep it."""
    page.get_by_role("button", name="Correct").click()
    panel = page.locator(".correct")
    panel.get_by_role("button", name=label, exact=True).click()
    panel.get_by_role("button", name="Keep this digit").click()
    expect(panel.get_by_role("button", name="Kept")).to_be_visible()


@pytest.mark.parametrize("is_heard", [True, False])
def test_of_two_labels_for_one_image_the_later_one_is_kept(open_page, mnist, is_heard):
    one = open_page("?view=models")
    if not is_heard:  # the other tab may be asleep
        one.context.add_init_script("BroadcastChannel.prototype.postMessage = () => {};")
    one.goto("./")
    other, listed = _tab(one.context), _tab(one.context, "?view=things")
    for page in (one, other):
        _write(page, strokes_of(mnist.test.images[0]))
    labels = listed.locator(".kept li strong")
    _keep(one, "1")
    expect(labels).to_have_text(["1"] if is_heard else [])
    _keep(other, "7")
    assert other.evaluate(STORED) == [7]
    if is_heard:
        expect(labels).to_have_text(["7"])
        listed.get_by_role("button", name="Remove kept digit 1").click()
        expect(other.locator(".correct").get_by_role("button", name="Keep this digit")).to_be_visible()


@pytest.mark.parametrize("has_locks", [True, False])
def test_each_tab_keeps_its_own_sheet_and_none_is_lost_when_they_are_closed(open_page, mnist, has_locks):
    one = open_page("?view=models")
    context = one.context
    if not has_locks:
        context.add_init_script(NO_LOCKS)
    one.goto("./")
    assert _write(one, strokes_of(mnist.test.images[0])) == "7"
    other = _tab(context)
    assert _write(other, strokes_of(mnist.test.images[2])) == "1"
    assert _write(one, strokes_of(mnist.test.images[1]), 0.8) == "72"  # a late step in the first one

    one.reload()
    expect(Sheet(one).number).to_have_attribute("data-text", "72")
    other.reload()
    expect(Sheet(other).number).to_have_attribute("data-text", "1")

    one.close()
    other.close()
    one = _tab(context)
    expect(one.get_by_text("A sheet from another tab, now closed, is kept too.")).to_be_visible()
    with context.expect_page() as opened:
        one.get_by_role("link", name="Open in a new tab").click()
    found = [Sheet(page).number for page in (one, opened.value)]
    for number in found:
        number.wait_for()
    assert sorted(number.get_attribute("data-text") for number in found) == ["1", "72"]


# it stands for a page that is slow to go: one that answers nobody
HELD = """async () => {
  const { held } = await navigator.locks.query();
  const { name } = held.find(({ name }) => name.startsWith("shuzi sheets"));
  void navigator.locks.request(name, () => new Promise((done) => { window.letGo = done; }));
}"""
WAITS = """() => navigator.locks.query().then(({ held, pending }) =>
  [held, pending].every((locks) => locks.some(({ name }) => name.startsWith("shuzi sheets"))) &&
  performance.now() > 1_500)"""


def test_a_reload_waits_for_the_page_before_but_not_for_another_tab(open_page, mnist):
    one = open_page()
    assert _write(one, strokes_of(mnist.test.images[0])) == "7"
    slow = one.context.new_page()
    slow.goto("?view=models")
    slow.evaluate(HELD)
    one.reload()
    one.wait_for_function(WAITS)
    slow.evaluate("letGo()")
    expect(Sheet(one).number).to_have_attribute("data-text", "7")
    with one.context.expect_page() as opened:
        one.evaluate("void open(location.href)")  # with a copy of what the tab remembers
    expect(opened.value.locator(".sheet .hint")).to_be_visible()


def test_a_sheet_that_was_closed_is_the_next_tabs(open_page, mnist):
    page = open_page()
    context = page.context
    assert _write(page, strokes_of(mnist.test.images[0])) == "7"
    page.close()
    page = _tab(context)
    sheet = Sheet(page)
    expect(sheet.number).to_have_attribute("data-text", "7")
    expect(page.get_by_role("link", name="Open in a new tab")).to_have_count(0)
    sheet.clear()
    page.close()
    page = _tab(context)
    expect(page.locator(".sheet .hint")).to_be_visible()


def test_each_tab_reviews_its_own_table(open_page, tmp_path):
    def opened(page, title):
        path = tmp_path / f"{title}.json"
        save_table(table_of(30, title), path)
        page.get_by_test_id("table-file").set_input_files(path)
        expect(page.get_by_role("heading", name=title)).to_be_visible()
        return page

    one = opened(open_page("?view=forms"), "Scores")
    one.keyboard.press("Enter")
    expect(one.get_by_test_id("remaining")).to_contain_text("2 ")
    other = opened(_tab(one.context, "?view=forms"), "Names")
    other.keyboard.press("Enter")
    expect(other.get_by_test_id("remaining")).to_contain_text("2 ")
    one.keyboard.press("Enter")
    expect(one.get_by_test_id("remaining")).to_contain_text("1 ")
    for page, title, left in ((one, "Scores", "1 "), (other, "Names", "2 ")):
        page.reload()
        expect(page.get_by_role("heading", name=title)).to_be_visible()
        expect(page.get_by_test_id("remaining")).to_contain_text(left)
