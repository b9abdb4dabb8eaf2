"""Pictures that are chosen, dropped and pasted: one, several, PDF pages, and files that are not pictures."""

import re

import cv2
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from driving.pen import strokes_of
from driving.sheet import Sheet

pytestmark = pytest.mark.browser

NO_PICTURE = b"7, 8, 9: these are words, and no picture at all.\n"


def _line(mnist, *places):
    """Write test images side by side: uint8 (h, w), dark on light."""
    page = np.full((60, 45 * len(places) + 20), 255, np.uint8)
    for number, place in enumerate(places):
        page[16:44, 20 + 45 * number : 48 + 45 * number] = 255 - mnist.test.images[place]
    return page


@pytest.fixture
def two_lines(mnist):
    """Return a page with 7210 and, below, 41: uint8 (h, w)."""
    first, second = _line(mnist, 0, 1, 2, 3), _line(mnist, 4, 5)
    second = np.pad(second, ((0, 0), (0, first.shape[1] - second.shape[1])), constant_values=255)
    return cv2.resize(np.vstack([first, second]), None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)


def _explained(api, picture, name="picture", **query):
    files = {"picture": (name, picture)}
    (reading,) = api.post("v1/read", files=files, params={"explain": True, **query}).json()["readings"]
    return reading


def _check_alike(found, expected):
    """The page's own reading is the service's: the same text and status, boxes within a pixel, probabilities 0.01."""
    for name in ("text", "status", "size"):
        assert found[name] == expected[name]
    assert found["confidence"] == pytest.approx(expected["confidence"], abs=0.01)
    for one, other in zip(found["digits"], expected["digits"], strict=True):
        assert (one["digit"], one["status"]) == (other["digit"], other["status"])
        assert one["box"] == pytest.approx(other["box"], abs=1)
        assert one["probability"] == pytest.approx(other["probability"], abs=0.01)
        assert one["probabilities"] == pytest.approx(other["probabilities"], abs=0.01)
        assert np.abs(np.subtract(one["image"], other["image"])).max() <= 2
        assert np.abs(np.subtract(one["counted"], other["counted"])).max() <= 0.01


def test_boxes_and_bars_are_those_of_the_api_also_for_a_photo_that_lies_on_its_side(
    open_sheet, api, as_png, two_lines, tmp_path
):
    turned = Image.Exif()
    turned[0x0112] = 6  # to be shown rotated by 90 degrees, as phones store it
    photo = as_png(np.rot90(two_lines), "JPEG", quality=95, exif=turned)
    file = tmp_path / "photo.jpg"
    file.write_bytes(photo)
    expected = _explained(api, photo, "photo.jpg")
    assert expected["text"] == "7210\n41"
    sheet = open_sheet("?closer=open")
    with sheet.explained() as answer:
        sheet.page.get_by_test_id("pictures").set_input_files(file)
    _check_alike(answer.reading, expected)
    expected = answer.reading
    expect(sheet.number.locator(".line")).to_contain_text(["7210", "41"])
    expect(sheet.cards).to_have_count(6)
    picture = sheet.page.get_by_role("img", name="photo.jpg")
    assert picture.evaluate("(image) => getComputedStyle(image).objectFit") == "contain"
    frame = picture.bounding_box()
    height, width = two_lines.shape
    scale = min(frame["width"] / width, frame["height"] / height)
    left = frame["x"] + (frame["width"] - scale * width) / 2
    top = frame["y"] + (frame["height"] - scale * height) / 2
    for digit, box, card in zip(expected["digits"], sheet.boxes.all(), sheet.cards.all(), strict=True):
        frame = box.locator("rect").bounding_box()
        x, y, w, h = (scale * each for each in digit["box"])
        found = [frame["x"] - left, frame["y"] - top, frame["width"], frame["height"]]
        assert found == pytest.approx([x - 5, y - 5, w + 10, h + 10], abs=2)
        expect(box).to_have_attribute("data-status", digit["status"])
        expect(card.locator(".card-digit")).to_have_text(str(digit["digit"]))
        if digit["status"] in ("ok", "unsure"):
            expect(card.locator(".verdict")).to_contain_text(
                f"{min(int(100 * digit['probability'] + 1e-9), 99)}\xa0% probability"
            )
        bars = card.get_by_role("list", name="Probability of each answer, in percent").locator("li")
        said = bars.locator(".for-screen-readers").all_inner_texts()
        assert said[digit["digit"]] == f"{digit['digit']}: {min(int(100 * digit['probability'] + 1e-9), 99)}\xa0%"
        assert said[10].startswith("Something else: ")
        heights = bars.locator(".bar").evaluate_all("(bars) => bars.map((bar) => parseFloat(bar.style.height))")
        assert heights[digit["digit"]] == pytest.approx(100 * digit["probability"], abs=0.01)
        # the ten and the rest make 100 %; a bar is at least 1 % high to be seen
        assert 99.9 <= sum(heights) <= 111
        answers = bars.evaluate_all("(bars) => bars.map((bar) => bar.dataset.answer)")
        assert [each == "true" for each in answers] == [each == digit["digit"] for each in range(11)]


def test_what_the_network_saw_and_what_counted_are_those_of_the_api(open_sheet, api, as_png, mnist, paste):
    png = as_png(_line(mnist, 0))
    (digit,) = _explained(api, png)["digits"]
    sheet = open_sheet("?closer=open")
    with sheet.explained():
        paste(sheet.page, png)
    pixels = """(canvas) => Array.from(canvas.getContext("2d").getImageData(0, 0, 28, 28).data)"""
    saw, counted = (
        np.array(sheet.page.get_by_role("img", name=name).evaluate(pixels)).reshape(28, 28, 4)[..., :3]
        for name in (
            "Digit 1 as the network saw it, 28x28 pixels",
            "Where ink is evidence for 7, and where against it",
        )
    )
    image = np.array(digit["image"])
    paper = saw[image == 0][0]
    ink = paper + (saw[image.argmax() // 28, image.argmax() % 28] - paper) / (image.max() / 255)
    assert np.abs(saw - (paper + (ink - paper) * image[..., None] / 255)).max() <= 1
    importance = np.array(digit["counted"])
    blueness = counted[..., 2].astype(int) - counted[..., 0]
    strong = 0.3 * np.abs(importance).max()
    assert (importance > strong).any()
    assert blueness[importance > strong].min() > blueness[importance < -strong].max(initial=-20)
    assert np.unravel_index(blueness.argmax(), blueness.shape) == np.unravel_index(
        (importance - image * 1e-9).argmax(), importance.shape
    )


def test_ink_is_read_as_the_api_reads_the_same_pixels(open_sheet, api, mnist):
    sheet = open_sheet()
    sheet.write(strokes_of(mnist.test.images[1]), 0.3)
    with sheet.explained() as answer:
        sheet.write(strokes_of(mnist.test.images[4]), 0.7)
    picture = sheet.last_picture()
    assert picture.startswith(b"\x89PNG")
    _check_alike(answer.reading, _explained(api, picture))
    assert answer.text == "24"


def test_of_several_files_the_sound_ones_are_read_and_the_others_say_why_not(
    open_sheet, as_png, mnist, tmp_path, api
):
    files = {
        "number.png": as_png(_line(mnist, 0, 1)),
        "words.png": NO_PICTURE,
        "white.png": as_png(np.full((50, 50), 255)),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    sheet = open_sheet(refusals=(422,))
    sheet.page.get_by_test_id("pictures").set_input_files([tmp_path / name for name in files])
    entries = sheet.page.get_by_role("list", name="Pictures").get_by_role("button")
    expect(entries.locator(".picture-name")).to_have_text(list(files))
    expect(entries.nth(0).locator(".listed-text")).to_have_text("72")
    expect(entries.nth(2).locator(".listed")).to_have_attribute("data-status", "blank")
    why = api.post("v1/read", files={"picture": ("words.png", NO_PICTURE)}, params={"lang": "en"}).json()["detail"]
    expect(entries.nth(1)).to_contain_text(why)
    expect(sheet.number).to_have_attribute("data-text", "72")
    entries.nth(1).click()
    expect(sheet.page.get_by_role("alert")).to_have_text(why)
    expect(sheet.number).to_have_count(0)
    entries.nth(2).click()
    expect(sheet.page.get_by_role("alert")).to_have_count(0)
    expect(sheet.number).to_have_attribute("data-status", "blank")
    expect(sheet.page.locator(".result .verdict")).to_have_text("Blank")


def test_a_file_that_is_no_picture_says_so_in_the_language_that_is_chosen(open_sheet, tmp_path, drop, api):
    file = tmp_path / "words.png"
    file.write_bytes(NO_PICTURE)
    sheet = open_sheet(refusals=(422,))
    alert = sheet.page.get_by_role("alert")

    def detail(language):
        return api.post("v1/read", files={"picture": ("words.png", NO_PICTURE)}, params={"lang": language}).json()[
            "detail"
        ]

    drop(sheet.page, file)
    expect(alert).to_have_text(detail("en"))
    sheet.page.get_by_role("button", name="中").click()
    expect(alert).to_have_text(detail("zh"))
    assert re.search("[一-鿿]", detail("zh"))
    # nothing is lost: the sheet is unchanged
    sheet.page.get_by_role("button", name="回到书写").click()
    expect(sheet.canvas).to_be_visible()
    expect(alert).to_have_count(0)


def test_pages_of_a_document_are_read_one_by_one(open_sheet, mnist, tmp_path):
    first, second = (
        Image.fromarray(_line(mnist, *places)).resize((780, 240)) for places in ((0, 1, 2, 3), (4, 5, 0, 7))
    )
    file = tmp_path / "pages.pdf"
    first.save(file, save_all=True, append_images=[second])
    sheet = open_sheet()
    sheet.page.get_by_test_id("pictures").set_input_files(file)
    entries = sheet.page.get_by_role("list", name="Pictures").get_by_role("button")
    expect(entries.locator(".listed-text")).to_have_text(["7210", "4179"])
    expect(entries.locator(".picture-name")).to_have_text(["pages.pdf", "pages.pdf · 2"])
    entries.nth(1).click()
    expect(sheet.number).to_have_attribute("data-text", "4179")
    expect(sheet.page.locator(".sheet")).to_contain_text("Browsers cannot show this kind of picture.")
    expect(sheet.boxes).to_have_count(4)


def test_a_document_waits_for_a_service_that_is_out_of_reach(open_sheet, mnist, tmp_path):
    file = tmp_path / "page.pdf"
    Image.fromarray(_line(mnist, 0, 1)).resize((440, 240)).save(file)
    sheet = open_sheet(refusals=(0,))
    sheet.page.context.set_offline(True)
    sheet.page.get_by_test_id("pictures").set_input_files(file)
    alert = sheet.page.get_by_role("alert")
    expect(alert).to_contain_text("The service is not responding.")
    sheet.page.context.set_offline(False)
    alert.get_by_role("button", name="Try again").click()
    expect(sheet.number).to_have_attribute("data-text", "72")
    expect(alert).to_have_count(0)


def test_the_camera_hands_in_one_picture(open_sheet, as_png, mnist):
    sheet = open_sheet(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    camera = sheet.page.get_by_test_id("camera")
    expect(camera).to_have_attribute("capture", "environment")
    with sheet.page.expect_file_chooser() as chooser:
        sheet.page.get_by_role("button", name="Take a photo").tap()
    assert not chooser.value.is_multiple()
    with sheet.read() as answer:
        chooser.value.set_files({"name": "photo.png", "mimeType": "image/png", "buffer": as_png(_line(mnist, 3, 2))})
    assert answer.text == "01"


def test_what_is_dropped_without_a_file_is_no_picture(open_sheet):
    sheet = open_sheet()
    session = sheet.page.context.new_cdp_session(sheet.page)
    data = {"items": [{"mimeType": "text/plain", "data": "7"}], "dragOperationsMask": 1}
    session.send("Input.dispatchDragEvent", {"type": "dragEnter", "x": 500, "y": 400, "data": data})
    expect(sheet.page.locator(".drop-here")).to_be_visible()
    for kind in ("dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 500, "y": 400, "data": data})
    expect(sheet.page.get_by_test_id("announcement")).to_have_text(re.compile("^That contains no picture file"))
    expect(sheet.page.locator(".result .notice")).to_have_text(re.compile("^That contains no picture file"))
    expect(sheet.page.locator(".drop-here")).to_have_count(0)
    # until something else is done
    sheet.draw(sheet.placed([[(14, 5), (14, 14), (14, 23)]]))
    expect(sheet.page.locator(".result .notice")).to_have_count(0)


def test_going_back_closes_the_pictures_and_not_the_view(open_page, two_pictures):
    page = open_page("?view=models")
    sheet = Sheet(page)
    page.get_by_role("link", name="Write", exact=True).click()
    sheet.canvas.wait_for()
    for _ in range(2):
        page.get_by_test_id("pictures").set_input_files(two_pictures)
        expect(page.locator(".sheet.picture")).to_be_visible()
        page.go_back()
        expect(sheet.canvas).to_be_visible()
        expect(page.locator(".picture-list")).to_have_count(0)
    # other views are on top of them
    page.get_by_test_id("pictures").set_input_files(two_pictures)
    page.get_by_role("link", name="Learn").click()
    page.go_back()
    expect(page.locator(".sheet.picture")).to_be_visible()
    page.go_back()
    expect(sheet.canvas).to_be_visible()
    page.go_back()
    expect(page.locator("h1")).to_have_text("Models")
