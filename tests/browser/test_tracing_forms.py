"""An existing form is traced in the page, its fields are named, and filled copies are read with it."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from driving.filled import write_form
from driving.tour import DRAWN
from shuzi.forms.spec import read_spec

pytestmark = pytest.mark.browser

NUMBERS = ["01234567", "1998", "54321", "13800001234", "172", "2", "45", "13900004321"]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The scan of a blank form, and a photograph of a filled one: the folder."""
    folder = tmp_path_factory.mktemp("trace")
    write_form(folder, "enrolment", NUMBERS)
    return folder


def field(page, number):
    return page.get_by_role("textbox", name=f"Name of field {number}", exact=True)


def trace(page, files, name="blank.png"):
    page.get_by_test_id("blank-form").set_input_files(files / name)
    expect(field(page, 1)).to_be_visible()


def saved(page, button, folder):
    with page.expect_download() as found:
        page.get_by_role("button", name=button).click()
    path = folder / found.value.suggested_filename
    found.value.save_as(path)
    return path


def test_a_form_is_traced_named_read_and_saved(open_page, files, tmp_path):
    page = open_page("?view=forms&sheets=trace")
    trace(page, files)
    expect(page.get_by_test_id("announcement")).to_have_text("8 fields were found.")
    expect(page.get_by_role("img", name="The blank form, with 8 fields numbered")).to_be_visible()
    expect(page.locator(".forms-blank rect:not(.label)")).to_have_count(8)
    page.get_by_role("textbox", name="Title").fill("Enrolment")
    page.get_by_role("combobox", name="Kind of field 1").select_option("identifier")
    page.get_by_role("combobox", name="Kind of field 4").select_option("phone number")
    # by keyboard alone; Enter moves on, past skipped fields
    page.get_by_role("button", name="Leave out field 3").press("Space")
    field(page, 1).fill("pupil")
    field(page, 1).press("Enter")
    page.keyboard.type("year")
    page.keyboard.press("Enter")
    expect(field(page, 4)).to_be_focused()
    page.reload()
    expect(field(page, 2)).to_have_value("year")
    expect(field(page, 3)).to_be_disabled()
    page.get_by_test_id("photographs").set_input_files(files / "filled.jpg")
    page.get_by_role("button", name="Read", exact=True).click()
    expect(page.get_by_role("heading", name="Enrolment")).to_be_visible()
    head = page.locator(".forms-grid thead th")
    expect(head).to_have_text(["Row", "pupil", "year", "f4", "f5", "f6", "f7", "f8"])
    expect(page.locator(".forms-grid")).to_contain_text("01234567")
    page.get_by_role("button", name="Back to the photographs").click()
    blank = saved(page, "Save the blank form (.png)", tmp_path)
    spec = read_spec(saved(page, "Save the spec (.toml)", tmp_path))
    assert blank.name == "Enrolment.blank.png"
    assert [each.name for each in spec.fields] == ["pupil", "year", "f4", "f5", "f6", "f7", "f8"]
    assert [each.kind for each in spec.fields][:3] == ["identifier", "number", "phone"]


def test_what_no_spec_can_have_is_said_before_it_is_read_or_saved(open_page, files):
    page = open_page("?view=forms&sheets=trace")
    page.get_by_test_id("photographs").set_input_files(files / "filled.jpg")
    page.get_by_role("button", name="Read", exact=True).click()
    expect(page.get_by_role("alert")).to_have_text("Choose a picture of the blank form first.")
    trace(page, files)
    field(page, 2).fill(" f1 ")
    expect(page.get_by_role("status").filter(has_text="Two fields are called f1.")).to_be_visible()
    expect(page.get_by_role("button", name="Save the spec")).to_be_disabled()
    page.get_by_role("button", name="Read", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Two fields are called f1.")
    field(page, 2).fill(" ")
    expect(page.get_by_text("Field 2 has no name.")).to_be_visible()
    page.get_by_role("button", name="Leave out field 2").click()
    expect(page.get_by_role("button", name="Save the spec")).to_be_enabled()


def test_what_is_dropped_there_is_the_blank_form_and_a_box_leads_to_its_name(open_page, files, drop):
    page = open_page("?view=forms&sheets=trace")
    expect(page.get_by_test_id("blank-form")).to_be_visible()
    drop(page, files / "blank.png", on=page.locator(".forms-trace"))
    expect(field(page, 1)).to_be_visible()
    expect(page.locator(".forms-chosen")).to_have_count(0)
    page.locator(".forms-blank g").nth(4).locator("rect").first.click()
    expect(field(page, 5)).to_be_focused()


def test_a_click_in_a_row_that_is_cut_off_takes_hold_however_long_the_button_is_pressed(open_page, files):
    page = open_page("?view=forms&sheets=trace")
    trace(page, files)
    page.locator(".forms-fields").evaluate("(list) => { list.style.maxHeight = '12rem'; list.scrollTop = 42; }")
    leave_out = page.get_by_role("button", name="Leave out field 1", exact=True)
    place = leave_out.bounding_box()
    page.mouse.move(place["x"] + place["width"] / 2, place["y"] + place["height"] - 3)
    page.mouse.down()
    page.evaluate(DRAWN)
    page.mouse.up()
    expect(leave_out).to_have_attribute("aria-pressed", "true")


def is_seen(page, number):
    """Whether the whole row of a field is seen in its list, but for its border."""
    row = page.locator(".forms-fields li").nth(number - 1).bounding_box()
    shown = page.locator(".forms-fields").bounding_box()
    over = max(shown["y"] - row["y"], row["y"] + row["height"] - shown["y"] - shown["height"])
    return over < 2


def stops(page, number):
    """How often Tab is pressed in the row of a field."""
    return page.locator(".forms-fields li").nth(number - 1).locator("input, select, button").count()


def test_the_row_that_the_focus_is_in_is_seen_whole_and_found_again(open_page, files):
    page = open_page("?view=forms&sheets=trace", viewport={"width": 1280, "height": 500})
    trace(page, files)
    field(page, 1).focus()
    for number in range(1, 9):
        for _ in range(stops(page, number)):
            assert is_seen(page, number)
            page.keyboard.press("Tab")
    field(page, 8).focus()
    for number in range(8, 0, -1):
        assert is_seen(page, number)
        for _ in range(stops(page, max(number - 1, 1))):
            page.keyboard.press("Shift+Tab")
    page.locator(".forms-blank g").nth(7).click()
    expect(field(page, 8)).to_be_focused()
    assert is_seen(page, 8)
    sheets = page.get_by_test_id("sheets")
    sheets.select_option("own")
    sheets.select_option("trace")
    expect(field(page, 8)).to_be_visible()
    page.evaluate(DRAWN)
    assert is_seen(page, 8)


def test_another_page_of_a_document_is_traced_only_after_asking_once_something_was_changed(open_page, files):
    scan = Image.open(io.BytesIO((files / "blank.png").read_bytes()))
    scan.save(files / "two.pdf", resolution=200, save_all=True, append_images=[scan.rotate(180)])
    page = open_page("?view=forms&sheets=trace")
    asked = []
    page.on("dialog", lambda dialog: asked.append(dialog.message) or dialog.dismiss())
    trace(page, files, "two.pdf")
    pages = page.get_by_role("combobox", name="Page", exact=True)
    pages.select_option("2")
    expect(page.get_by_test_id("announcement")).to_have_text(re.compile("fields were found"))
    expect(pages).to_have_value("2")
    assert not asked
    field(page, 1).fill("mine")
    pages.select_option("1")
    expect(pages).to_have_value("2")
    expect(field(page, 1)).to_have_value("mine")
    assert len(asked) == 1


def test_a_picture_without_a_form_says_why(open_page, tmp_path):
    Image.new("L", (900, 900), 250).save(tmp_path / "square.png")
    page = open_page("?view=forms&sheets=trace", refusals=(422,))
    page.get_by_test_id("blank-form").set_input_files(tmp_path / "square.png")
    expect(page.get_by_role("alert")).to_contain_text("The form cannot be traced.")
    expect(page.get_by_role("alert")).to_contain_text("square.png")


def test_names_are_never_put_on_the_form_of_another_tab(open_page, files, tmp_path):
    write_form(tmp_path, "survey", ["1"] * 13)
    page = open_page("?view=forms&sheets=trace")
    trace(page, files)
    other = page.context.new_page()
    other.goto(page.url)
    trace(other, tmp_path)
    expect(field(other, 13)).to_be_visible()
    field(page, 1).fill("mine")
    other.reload()
    expect(field(other, 13)).to_be_visible()
    expect(field(other, 1)).to_have_value("f1")


def test_of_several_files_that_are_dropped_on_it_the_others_are_photographs(open_page, files, drop):
    page = open_page("?view=forms&sheets=trace")
    drop(page, files / "blank.png", files / "filled.jpg", on=page.locator(".forms-trace"))
    expect(field(page, 1)).to_be_visible()
    expect(page.locator(".forms-chosen li span")).to_have_text(["filled.jpg"])
