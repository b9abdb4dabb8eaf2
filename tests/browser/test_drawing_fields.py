"""Fields are drawn on a blank form, by mouse, touch and keyboard, and filled copies are read with them."""

import re

import pytest
from playwright.sync_api import expect

from driving.filled import write_form, write_form_without_boxes
from driving.tour import DRAWN
from shuzi.forms.parse import read_spec

pytestmark = pytest.mark.browser

UPPER, LOWER = (20, 18, 60, 14), (120, 272, 48, 13)
PAPER = (210, 297)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A form without boxes, blank.png, and a photograph of a filled one, filled.jpg."""
    folder = tmp_path_factory.mktemp("drawn")
    write_form_without_boxes(folder, {UPPER: "4073", LOWER: "528"})
    return folder


def trace(page, files):
    page.get_by_test_id("blank-form").set_input_files(files / "blank.png")
    expect(page.get_by_role("button", name="Add a field")).to_be_visible()


def handle(page, number):
    return page.get_by_role("button", name=re.compile(f"^Field {number}, drawn"))


def place(page, number):
    said = handle(page, number).get_attribute("aria-label")
    return [float(each) for each in re.findall(r"[\d.]+", said.partition(":")[2])]


def corners(page, box):
    """Return two corners of a box in millimetres as points of the window."""
    paper = page.locator(".forms-paper-shown")
    paper.scroll_into_view_if_needed()
    shown = paper.bounding_box()
    x, y, wide, high = box
    scale = shown["width"] / PAPER[0]
    return [(shown["x"] + a * scale, shown["y"] + b * scale) for a, b in ((x, y), (x + wide, y + high))]


def drag(page, start, end):
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*((a + b) / 2 for a, b in zip(start, end, strict=True)))
    page.mouse.move(*end)
    page.mouse.up()


def draw(page, box):
    page.get_by_role("button", name="Draw a field").click()
    drag(page, *corners(page, box))


def press(page, key, times):
    for _ in range(abs(round(times))):
        page.keyboard.press(key)


def steer(page, number, wanted):
    """Move and resize a field by keys, from where it is to where it should be."""
    x, y, wide, high = (there - here for there, here in zip(wanted, place(page, number), strict=True))
    for modifier, right, down in (("Shift+", wide, high), ("", x, y)):
        press(page, f"{modifier}Arrow{'Right' if right > 0 else 'Left'}", right)
        press(page, f"{modifier}Arrow{'Down' if down > 0 else 'Up'}", down)


def test_fields_drawn_by_mouse_and_by_keyboard_are_read_on_a_filled_copy(open_page, files, tmp_path):
    page = open_page("?view=forms&sheets=trace", refusals=(422,))
    trace(page, files)
    expect(page.get_by_text("No empty boxes were found")).to_be_visible()
    expect(page.get_by_role("button", name="Save the spec")).to_be_disabled()
    draw(page, UPPER)
    expect(handle(page, 1)).to_be_focused()
    assert place(page, 1) == pytest.approx(UPPER, abs=1)
    page.get_by_role("combobox", name="Boxes of field 1").select_option("4")
    page.get_by_role("button", name="Add a field").press("Enter")
    expect(handle(page, 2)).to_be_focused()
    steer(page, 2, LOWER)
    assert place(page, 2) == pytest.approx(LOWER, abs=1)
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Name of field 2")).to_be_focused()
    page.keyboard.type("lower")
    page.get_by_role("combobox", name="Boxes of field 2").select_option("3")
    page.get_by_role("combobox", name="How field 2 is printed").select_option("open field")
    save = page.get_by_role("button", name="Save the spec")
    expect(save).to_be_enabled()
    page.reload()
    expect(save).to_be_enabled()
    page.get_by_test_id("photographs").set_input_files(files / "filled.jpg")
    page.get_by_role("button", name="Read", exact=True).click()
    expect(page.locator(".forms-grid thead th")).to_have_text(["Row", "f1", "lower"])
    expect(page.locator(".forms-grid tbody")).to_contain_text("4073")
    expect(page.locator(".forms-grid tbody")).to_contain_text("528")
    page.get_by_role("button", name="Back to the photographs").click()
    for button in ("Save the blank form", "Save the spec"):
        with page.expect_download() as found:
            page.get_by_role("button", name=button).click()
        found.value.save_as(tmp_path / found.value.suggested_filename)
    fields = read_spec(tmp_path / "blank.toml").fields
    assert [(each.name, each.boxes, each.style) for each in fields] == [("f1", 4, "open"), ("lower", 3, "open")]
    assert [*fields[0].at[0]] == pytest.approx(UPPER, abs=1)


def test_a_drawn_field_goes_onto_the_boxes_that_are_printed_there(open_page, tmp_path):
    write_form(tmp_path, "enrolment", ["1"] * 8)
    page = open_page("?view=forms&sheets=trace", refusals=(422,))
    trace(page, tmp_path)
    boxes = page.locator(".forms-blank g").first.locator("rect").first
    x, y, wide, high = (float(boxes.get_attribute(each)) for each in ("x", "y", "width", "height"))
    draw(page, (x - 1, y - 1, wide + 2, high + 2))
    row = page.locator(".forms-fields li").nth(8)
    expect(row).to_be_in_viewport()
    page.get_by_role("combobox", name="Boxes of field 9").select_option("7")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text('"f9" has 7 boxes, but 8 are printed there')
    expect(page.get_by_text("Field 9: The drawn field cannot be used. ")).to_be_visible()
    page.get_by_role("combobox", name="Boxes of field 9").select_option("8")
    expect(row.locator("span").last).to_have_text("8 boxes")
    expect(alert).to_have_count(0)
    # which reads them twice
    doubled = page.get_by_text("Field 9 lies on field 1, ")
    expect(doubled).to_be_visible()
    leave_out = page.get_by_role("button", name="Leave out field 1", exact=True)
    leave_out.click()
    expect(doubled).to_have_count(0)
    leave_out.click()
    expect(doubled).to_be_visible()
    page.get_by_role("button", name="Remove field 9").click()
    expect(doubled).to_have_count(0)
    expect(page.locator(".forms-fields li")).to_have_count(8)
    expect(handle(page, 9)).to_have_count(0)


def test_a_drawn_field_is_moved_and_resized_and_refused_where_something_is_printed(open_page, files):
    page = open_page("?view=forms&sheets=trace", refusals=(422,))
    trace(page, files)
    draw(page, UPPER)
    (left, top), (right, bottom) = corners(page, UPPER)
    middle = (left + right) / 2, (top + bottom) / 2
    scale = (right - left) / UPPER[2]
    drag(page, middle, (middle[0] + 10 * scale, middle[1] + 40 * scale))
    assert place(page, 1) == pytest.approx([30, 58, 60, 14], abs=1)
    expect(page.get_by_role("alert")).to_contain_text('Something is printed in the field "f1"')
    drag(page, (middle[0] + 10 * scale, middle[1] + 40 * scale), middle)
    expect(page.get_by_role("alert")).to_have_count(0)
    corner = page.locator(".forms-drawn > span").bounding_box()
    start = corner["x"] + corner["width"] / 2, corner["y"] + corner["height"] / 2
    drag(page, start, (start[0] + 20 * scale, start[1] - 4 * scale))
    assert place(page, 1) == pytest.approx([20, 18, 80, 10], abs=1)
    expect(page.get_by_role("button", name="Save the spec")).to_be_enabled()
    handle(page, 1).press("Delete")
    expect(page.locator(".forms-fields li")).to_have_count(0)
    expect(page.get_by_role("button", name="Add a field")).to_be_focused()


def test_the_picture_stays_where_it_is_when_a_field_is_drawn_on_it(open_page, files):
    page = open_page("?view=forms&sheets=trace", viewport={"width": 390, "height": 600})
    trace(page, files)
    page.get_by_role("button", name="Draw a field").click()
    places = corners(page, UPPER)
    assert page.locator(".forms-fields").bounding_box()["y"] > 600  # or there is nothing to scroll to
    before = page.evaluate("scrollY")
    drag(page, *places)
    expect(handle(page, 1)).to_be_focused()
    page.evaluate(DRAWN)
    assert page.evaluate("scrollY") == before


def test_a_finger_draws_a_field(open_page, files):
    page = open_page("?view=forms&sheets=trace")
    trace(page, files)
    page.get_by_role("button", name="Draw a field").click()
    fingers = page.context.new_cdp_session(page)
    start, end = corners(page, UPPER)
    fingers.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    for kind, at in (("touchStart", start), ("touchMove", end), ("touchEnd", None)):
        points = [] if at is None else [{"x": at[0], "y": at[1]}]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    expect(handle(page, 1)).to_be_visible()
    assert place(page, 1) == pytest.approx(UPPER, abs=1)
