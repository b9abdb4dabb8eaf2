"""Photographs of filled sheets are read in the page, checked beside the sheet, and saved as a workbook."""

import io
import json

import cv2
import numpy as np
import openpyxl
import pytest
from PIL import Image
from playwright.sync_api import expect

from driving.filled import TEXTS, photograph
from driving.forms import choose, read, saved
from shuzi.forms.sheet import FOLDER

pytestmark = pytest.mark.browser


def shown(content):
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    cells = [[(each.value, each.number_format, each.fill.fgColor.rgb) for each in row] for row in sheet]
    # all but the name of the photograph, which for the command is a path
    return [row[:-1] for row in cells], len(sheet._images)


def frame(page):
    """The box of the cell that is framed; the frame is around it."""
    drawn = page.get_by_test_id("frame")
    box = [float(each) for each in drawn.get_attribute("data-box").split(",")]
    x, y, width, height = (float(drawn.get_attribute(each)) for each in ("x", "y", "width", "height"))
    assert np.allclose([x + width / 2, y + height / 2], [box[0] + box[2] / 2, box[1] + box[3] / 2])
    assert box[2] < width < box[2] + box[3]
    return box


def test_a_sheet_is_read_checked_beside_its_photograph_and_saved(open_page, files):
    page = open_page("?view=forms")
    choose(page, files, "sheet.jpg")
    read(page)
    expect(page.get_by_role("heading", name="Scores")).to_be_visible()
    expect(page.get_by_test_id("remaining")).to_have_text("1 cell to check")
    table = json.loads((files / "table.json").read_text("utf-8"))
    expect(page.get_by_role("img", name="The sheet on sheet.jpg")).to_be_visible()
    doubted = table["rows"][2]["cells"]["q1"]
    assert frame(page) == doubted["box"]
    expect(page.get_by_text(doubted["message"])).to_be_visible()
    assert shown(saved(page, "Export XLSX")) == shown((files / "table.xlsx").read_bytes())
    lines = (files / "table.csv").read_bytes().replace(str(files / "sheet.jpg").encode(), b"sheet.jpg")
    assert saved(page, "Export CSV") == lines
    page.get_by_role("textbox").press("ArrowUp")
    assert frame(page) == table["rows"][1]["cells"]["q1"]["box"]
    place = page.get_by_test_id("frame").bounding_box()
    page.get_by_role("button", name="Enlarge").click()
    near = page.get_by_test_id("frame").bounding_box()
    assert near["width"] == pytest.approx(3 * place["width"], rel=0.2)
    assert near["x"] + near["width"] / 2 == pytest.approx(place["x"] + place["width"] / 2, abs=3)
    # a correction, in the workbook too, and nothing is lost
    page.get_by_role("textbox").press("ArrowDown")
    page.keyboard.type("19")
    page.keyboard.press("Enter")
    page.reload()
    expect(page.get_by_test_id("remaining")).to_have_text("Every doubtful cell has been checked.")
    expect(page.get_by_role("img", name="The sheet on sheet.jpg")).to_be_visible()
    page.get_by_role("button", name="19", exact=True).click()
    expect(page.get_by_role("textbox")).to_have_value("19")
    expect(page.get_by_text(doubted["message"])).to_have_count(0)
    cells, pictures = shown(saved(page, "Export XLSX"))
    assert cells[3][1] == (19, "0", "00000000")
    assert pictures == 0


def as_pdf(picture, file):
    blank = Image.new("L", picture.size, 255)
    blank.save(file, "pdf", resolution=150, save_all=True, append_images=[picture])
    return "sheet.pdf#2"


def as_tiff(picture, file):
    picture.save(file, "tiff")
    return "sheet.tiff"


@pytest.mark.parametrize("save", [as_pdf, as_tiff])
def test_a_sheet_that_the_browser_cannot_open_is_shown_by_the_service(open_page, files, save):
    file, original = io.BytesIO(), Image.open(io.BytesIO((files / "sheet.jpg").read_bytes()))
    source = save(original.convert("L"), file)
    page = open_page("?view=forms")
    choose(page, files)
    photo = {"name": source.partition("#")[0], "mimeType": "application/octet-stream", "buffer": file.getvalue()}
    page.get_by_test_id("photographs").set_input_files(photo)
    read(page)
    sheet = page.get_by_role("img", name=f"The sheet on {source}")
    expect(sheet).to_be_visible()
    box = frame(page)
    width, height = sheet.evaluate("(image) => [image.naturalWidth, image.naturalHeight]")
    assert 0 < box[0] < box[0] + box[2] < width
    assert 0 < box[1] < box[1] + box[3] < height
    # the same part of the sheet as on the photograph
    known = json.loads((files / "table.json").read_text("utf-8"))["rows"][2]["cells"]["q1"]["box"]
    assert np.allclose(np.divide(box[:2], (width, height)), np.divide(known[:2], original.size), atol=0.01)


def test_the_photographs_can_be_changed_after_reading(open_page, files):
    page = open_page("?view=forms")
    choose(page, files, "sheet.jpg")
    read(page)
    page.get_by_role("button", name="Back to the photographs").click()
    expect(page.get_by_role("list", name="Photographs to read").get_by_text("sheet.jpg")).to_be_visible()
    read(page)
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("list", name="Photographs to read")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("button", name="Read", exact=True)).to_be_visible()
    expect(page.get_by_role("list", name="Photographs to read")).to_have_count(0)


@pytest.mark.parametrize(("language", "button"), [("en", "Read"), ("zh", "开始读")])
def test_a_ready_sheet_needs_no_spec_of_ones_own(open_page, tmp_path, language, button):
    texts = {(-1, "date"): "2026-11-26", (0, "flat"): "0101", (0, "cold"): "12345.6", (0, "hot"): "00078.9"}
    (tmp_path / "meters.jpg").write_bytes(photograph(FOLDER / f"meters.{language}.toml", texts))
    page = open_page("?view=forms", language=language)
    page.get_by_test_id("photographs").set_input_files(tmp_path / "meters.jpg")
    page.get_by_test_id("sheets").select_option(f"meters.{language}")
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_test_id("remaining")).to_be_visible()
    expect(page.locator(".forms-grid")).to_contain_text("0101")


def test_what_is_dropped_goes_where_it_belongs_and_survives_a_reload(open_page, files, drop):
    page = open_page("?view=forms")
    expect(page.get_by_test_id("sheets")).to_be_visible()
    drop(page, files / "sheet.jpg", files / "scores.toml", files / "class.csv")
    expect(page.get_by_test_id("sheets")).to_have_value("own")
    expect(page.locator(".forms-own")).to_contain_text("scores.toml")
    expect(page.locator(".forms-own")).to_contain_text("class.csv")
    page.reload()
    expect(page.locator(".forms-chosen")).to_contain_text("sheet.jpg")
    page.get_by_test_id("spec").set_input_files(files / "scores.toml")
    page.get_by_test_id("roster").set_input_files(files / "class.csv")
    read(page)
    expect(page.get_by_role("heading", name="Scores")).to_be_visible()


def test_a_ruled_table_needs_no_spec(open_page, tmp_path):
    picture = np.full((700, 900), 245, np.uint8)
    for n in range(4):
        cv2.line(picture, (100, 100 + 150 * n), (800, 100 + 150 * n), 40, 3)
    for n in range(5):
        cv2.line(picture, (100 + 175 * n, 100), (100 + 175 * n, 550), 40, 3)
    Image.fromarray(picture).save(tmp_path / "table.png")
    page = open_page("?view=forms&sheets=table")
    page.get_by_test_id("photographs").set_input_files(tmp_path / "table.png")
    read(page)
    expect(page.locator(".forms-grid thead")).to_contain_text("D")


def test_a_phone_takes_photographs_that_all_have_one_name(open_page, files):
    page = open_page("?view=forms", has_touch=True, is_mobile=True, viewport={"width": 390, "height": 844})
    camera = page.get_by_test_id("camera")
    expect(page.get_by_text("Take a photo")).to_be_visible()
    assert camera.get_attribute("capture") == "environment"
    for content in ((files / "sheet.jpg").read_bytes(), b"no picture"):
        camera.set_input_files({"name": "image.jpg", "mimeType": "image/jpeg", "buffer": content})
    expect(page.locator(".forms-chosen")).to_contain_text("image (2).jpg")
    page.get_by_test_id("sheets").select_option("own")
    page.get_by_test_id("spec").set_input_files(files / "scores.toml")
    page.get_by_test_id("roster").set_input_files(files / "class.csv")
    read(page)
    expect(page.get_by_role("img", name="The sheet on image.jpg")).to_be_visible()
    expect(page.get_by_text("1 problem with photographs")).to_be_visible()


def test_large_photographs_are_sent_smaller_and_framed_where_the_cells_are(open_page, files):
    picture = Image.open(files / "sheet.jpg")
    large = picture.resize((2 * picture.width, 2 * picture.height))
    noise = np.random.default_rng(1).normal(0, 12, (large.height, large.width, 1))
    pixels = np.clip(np.asarray(large.convert("RGB")) + noise, 0, 255).astype(np.uint8)
    page = open_page("?view=forms")
    choose(page, files, "sheet.jpg")
    page.get_by_role("button", name="Remove sheet.jpg").click()
    sizes = 0
    for number in range(4):
        file = io.BytesIO()
        pixels[:2, :2] = number  # each one different
        Image.fromarray(pixels).save(file, "jpeg", quality=97)
        sizes += len(file.getvalue())
        photo = {"name": f"{number}.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}
        page.get_by_test_id("photographs").set_input_files(photo)
    assert sizes > 20_000_000
    read(page)
    expect(page.get_by_test_id("remaining")).to_be_visible()
    table = json.loads(saved(page, "Save JSON"))
    assert len(table["rows"]) == 12
    known = json.loads((files / "table.json").read_text("utf-8"))
    for row, (expected, cells) in enumerate(zip(known["rows"] * 4, table["rows"], strict=True)):
        for name, cell in cells["cells"].items():
            assert cell["source"] == f"{row // 3}.jpg"
            assert np.allclose(cell["box"], np.multiply(2, expected["cells"][name]["box"]), atol=12)


def blank(folder):
    picture = np.full((900, 700), 200, np.uint8)
    picture[300:500, 340:350] = 40  # an empty one is skipped
    Image.fromarray(picture).save(folder / "blank.png")


def other(folder):
    text = (folder / "scores.toml").read_text("utf-8").replace("Scores", "Others")
    (folder / "others.toml").write_text(text, "utf-8")
    (folder / "others.jpg").write_bytes(photograph(folder / "others.toml", TEXTS))


def huge(folder):
    Image.fromarray(np.zeros((6_000, 10_000), np.uint8)).save(folder / "huge.png")


def broken(folder):
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 nothing more")


@pytest.mark.parametrize(
    ("make", "name", "said"),
    [
        (blank, "blank.png", "0 of the 4 corner markers"),
        (other, "others.jpg", "sheet of another spec"),
        (huge, "huge.png", "huge.png has 10,000x6,000 pixels"),
        (broken, "broken.pdf", "broken.pdf is damaged"),
    ],
)
def test_a_photograph_that_cannot_be_read_says_why_and_stays(open_page, files, make, name, said):
    make(files)
    page = open_page("?view=forms")
    choose(page, files, name)
    read(page)
    expect(page.get_by_role("alert")).to_contain_text("Nothing could be read")
    expect(page.get_by_role("alert")).to_contain_text(said)
    expect(page.locator(".forms-chosen")).to_contain_text(name)
    # it is replaced, and the rest is still as chosen
    page.get_by_role("button", name=f"Remove {name}").click()
    page.get_by_test_id("photographs").set_input_files(files / "sheet.jpg")
    read(page)
    expect(page.get_by_role("heading", name="Scores")).to_be_visible()


def test_a_mistake_in_the_spec_is_the_services_sentence(open_page, files, tmp_path):
    (tmp_path / "wrong.toml").write_text('title = "Scores"\nrows = "three"\n', "utf-8")
    page = open_page("?view=forms", refusals=(422,))
    page.get_by_test_id("photographs").set_input_files(files / "sheet.jpg")
    page.get_by_test_id("sheets").select_option("own")
    read(page)
    expect(page.get_by_role("alert")).to_contain_text("Choose first which sheets")
    page.get_by_test_id("spec").set_input_files(tmp_path / "wrong.toml")
    read(page)
    expect(page.get_by_role("alert")).to_contain_text("The spec cannot be used. wrong.toml, line 2")
    page.get_by_test_id("spec").set_input_files(files / "scores.toml")
    read(page)
    expect(page.get_by_role("alert")).to_contain_text("class.csv, which was not sent")
    expect(page.locator(".forms-chosen")).to_contain_text("sheet.jpg")


def test_nothing_chosen_is_said(open_page):
    page = open_page("?view=forms&sheets=table")
    read(page)
    expect(page.get_by_role("alert")).to_have_text("Choose photographs first.")


def test_a_sample_sheet_is_read_before_anything_is_printed(open_page):
    page = open_page("?view=forms")
    page.get_by_role("button", name="Try a sample sheet").click()
    expect(page.get_by_test_id("remaining")).to_have_text("6 cells to check")
    expect(page.get_by_role("img", name="The sheet on scores.en.webp")).to_be_visible()


def test_without_a_connection_the_sample_is_shown_as_it_was_read(open_page):
    page = open_page("?view=write", refusals=(0,))
    page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    page.context.set_offline(True)
    page.goto("?view=forms")
    page.get_by_role("button", name="Try a sample sheet").click()
    expect(page.get_by_test_id("remaining")).to_have_text("6 cells to check")
    expect(page.get_by_text("So this is what was read from the sample earlier.")).to_be_visible()
    expect(page.get_by_role("img", name="The sheet on scores.en.webp")).to_be_visible()
