"""The first screen: something lives on the empty sheet, says what this is, and goes at the first touch."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
PRIVATE = {"en": "nothing leaves your machine", "zh": "不会离开这台机器"}
CHANGES = """async (canvas) => {
  const seen = new Set();
  while (seen.size < 4) {
    seen.add(canvas.toDataURL());
    await new Promise((done) => requestAnimationFrame(done));
  }
  return true;
}"""
FRAMES = """(canvas) => new Promise((done) => {
  let left = 20;
  requestAnimationFrame(function go() { if (left-- > 0) requestAnimationFrame(go); else done(canvas.toDataURL()); });
})"""


def _opening(sheet):
    return sheet.page.locator(".opening canvas")


def test_a_digit_goes_through_a_network_until_the_first_touch(open_sheet):
    sheet = open_sheet(reduced_motion="no-preference")
    assert _opening(sheet).evaluate(CHANGES)
    sheet.draw(sheet.placed([[(14, 5), (14, 14), (14, 23)]]))
    expect(_opening(sheet)).to_have_count(0)
    sheet.clear()
    expect(sheet.page.get_by_text("Write here")).to_be_visible()
    expect(_opening(sheet)).to_have_count(0)


def test_without_motion_it_is_a_still_picture(open_sheet):
    sheet = open_sheet()
    still = _opening(sheet).evaluate(FRAMES)
    assert len(still) > 5_000  # not a blank one
    assert _opening(sheet).evaluate(FRAMES) == still


def test_what_was_written_last_time_is_not_covered(open_sheet):
    sheet = open_sheet()
    with sheet.explained():
        sheet.draw(sheet.placed([[(14, 5), (14, 14), (14, 23)]]))
    sheet.page.reload()
    expect(sheet.number).to_have_attribute("data-text", "1")
    expect(_opening(sheet)).to_have_count(0)


@pytest.mark.parametrize("options", [PHONE, {}], ids=["phone", "desk"])
def test_one_sentence_says_that_nothing_leaves_the_machine(open_sheet, options):
    sheet = open_sheet(**options)
    for language, private in PRIVATE.items():
        sheet.page.goto(f"?lang={language}")
        _opening(sheet).wait_for()
        sentence = sheet.page.locator(".write").get_by_text(private).filter(visible=True)
        expect(sentence).to_have_count(1)
        expect(sentence).to_be_in_viewport(ratio=1)
