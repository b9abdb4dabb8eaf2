"""Photographs that wait to be read: from two tabs, and added during a reading."""

import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from driving.filled import TEXTS, photograph, write_spec

pytestmark = pytest.mark.browser

LIST = "Photographs to read"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A spec, its roster and a photograph of a filled sheet: the folder."""
    folder = tmp_path_factory.mktemp("waiting")
    (folder / "sheet.jpg").write_bytes(photograph(write_spec(folder), TEXTS))
    return folder


def add(page, name="sheet.jpg", content=None):
    if content is None:
        file = io.BytesIO()
        Image.new("L", (300, 200), 200).save(file, "jpeg")
        content = file.getvalue()
    photo = {"name": name, "mimeType": "image/jpeg", "buffer": content}
    page.get_by_test_id("photographs").set_input_files(photo)
    expect(waiting(page).get_by_text(name, exact=True)).to_be_visible()


def waiting(page):
    return page.get_by_role("list", name=LIST)


def choose_sheets(page, files):
    page.get_by_test_id("sheets").select_option("own")
    page.get_by_test_id("spec").set_input_files(files / "scores.toml")
    page.get_by_test_id("roster").set_input_files(files / "class.csv")


def read(page):
    page.get_by_role("button", name="Read", exact=True).click()


def beside(page):
    """The size of the photograph that is shown beside the table."""
    shown = page.get_by_role("img", name="The sheet on")
    expect(page.get_by_test_id("frame")).to_be_attached()
    return shown.evaluate("each => [each.naturalWidth, each.naturalHeight]")


def test_photographs_of_two_tabs_that_have_one_name_are_kept_and_not_mistaken(open_page, files):
    page = open_page("?view=forms")
    other = page.context.new_page()
    other.goto("?view=forms")
    expect(other.get_by_test_id("photographs")).to_be_attached()
    add(other)
    add(page, content=(files / "sheet.jpg").read_bytes())
    choose_sheets(page, files)
    read(page)
    size = beside(page)
    with Image.open(files / "sheet.jpg") as sheet:
        assert size == list(sheet.size)
    page.reload()
    assert beside(page) == size
    page.get_by_role("button", name="Close").click()
    expect(waiting(page).get_by_role("listitem")).to_have_count(1)
    page.reload()
    expect(waiting(page).get_by_role("listitem")).to_have_count(1)
    add(page, "sheet (2).jpg")  # a name that is free
    other.reload()
    expect(waiting(other).get_by_role("listitem")).to_have_count(2)


def test_photographs_that_are_added_while_others_are_read_go_on_waiting(open_page, files):
    page = open_page("?view=forms")
    add(page, content=(files / "sheet.jpg").read_bytes())
    choose_sheets(page, files)
    held = []
    page.route("**/v1/forms", lambda route: held.append(route))
    read(page)
    expect(page.get_by_text("Reading 1 file")).to_be_visible()
    add(page, "later.jpg")
    expect(page.get_by_text("Reading 1 file")).to_be_visible()
    while not held:
        page.evaluate("document.title")
    held[0].continue_()
    expect(page.get_by_role("heading", name="Scores")).to_be_visible()
    page.get_by_role("button", name="Close").click()
    expect(waiting(page)).to_contain_text("later.jpg")
    expect(waiting(page).get_by_role("listitem")).to_have_count(1)
    page.reload()
    expect(waiting(page)).to_contain_text("later.jpg")
    expect(waiting(page).get_by_role("listitem")).to_have_count(1)
