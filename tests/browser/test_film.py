"""The film of a digit: from start to end with the keyboard, with the network's numbers, and saved so it opens."""

import base64
import io
import re

import numpy as np
import onnxruntime
import pytest
from PIL import Image
from playwright.sync_api import expect

from driving.pen import strokes_of
from shuzi.models.store import shipped

pytestmark = pytest.mark.browser

STOPS = [
    *("ink", "numbers", "windows", "maps", "deeper", "hidden"),
    *("scores", "softmax", "answer", "loss", "gradient", "weights"),
]
SEEN = """async (text) => {
  const video = document.createElement("video");
  video.src = URL.createObjectURL(new Blob([Uint8Array.from(atob(text), (each) => each.charCodeAt(0))]));
  video.muted = true;
  await new Promise((done, fail) => { video.oncanplay = done; video.onerror = fail; });
  let shown = 0;
  video.requestVideoFrameCallback(function count() { shown++; video.requestVideoFrameCallback(count); });
  video.playbackRate = 8;
  await video.play();
  await new Promise((done) => { video.onended = done; });
  return [video.videoWidth, video.currentTime, shown];
}"""


_IS_PAINTED = """() => {
  const { width, height } = document.querySelector(".film-screen canvas");
  const blank = Object.assign(document.createElement("canvas"), { width, height });
  return document.querySelector(".film-screen canvas").toDataURL() !== blank.toDataURL();
}"""


def _open(open_page, path="", **options):
    page = open_page(f"?view=film{path}", **{"reduced_motion": "no-preference"} | options)
    page.locator("canvas[role=img]").wait_for()
    page.wait_for_function(_IS_PAINTED)
    return page


def _now(page):
    return page.locator(".film-caption [data-stop]")


_PICTURE = "document.querySelector('.film-screen canvas').toDataURL()"


def _pixels(page):
    return page.evaluate(_PICTURE)


def _next_pixels(page, before):
    """Return the picture once it is another one: it is painted a frame after its name is told."""
    page.wait_for_function(f"(before) => {_PICTURE} !== before", arg=before)
    return _pixels(page)


def _saved(page, name):
    page.locator(".film-save summary").click()
    with page.expect_download() as download:
        page.locator(".film-save").get_by_role("button", name=name, exact=True).click()
    return download.value.path().read_bytes()


def test_the_keyboard_goes_through_all_stops_and_each_leads_to_its_step(open_page):
    page = _open(open_page, "&look=4")
    play = page.locator(".film-play")
    page.keyboard.press("Space")
    was = play.inner_text()
    page.keyboard.press("Home")
    expect(_now(page)).to_have_attribute("data-stop", "ink")
    pictures, steps = [], []
    for stop in STOPS:
        expect(_now(page)).to_have_attribute("data-stop", stop)
        assert _now(page).inner_text()
        steps.append(re.search(r"step=([\w-]+)", page.locator(".film-caption a").get_attribute("href"))[1])
        pictures.append(_next_pixels(page, pictures[-1] if pictures else ""))
        page.keyboard.press("ArrowRight")
    assert len({*pictures}) == len(STOPS)
    assert steps[0] == "handwriting"
    assert steps[-2:] == ["backprop", "rate"]
    page.keyboard.press("End")
    assert float(page.locator(".film-scrub").input_value()) == pytest.approx(40.5)
    page.keyboard.press("ArrowLeft")
    expect(_now(page)).to_have_attribute("data-stop", "gradient")
    page.keyboard.press("Space")
    expect(play).not_to_have_text(was)
    expect(_now(page)).to_have_attribute("data-stop", "weights")
    expect(play).to_have_text(was)  # at the end it stops by itself
    page.locator(".film-caption a").click()
    page.wait_for_url("**step=rate*")


def test_the_scrub_bar_shows_the_same_picture_at_the_same_time(open_page):
    page = _open(open_page, "&look=7&stop=maps")
    first = _pixels(page)
    bar = page.locator(".film-scrub")
    time = bar.input_value()
    bar.focus()
    page.keyboard.press("ArrowRight")
    later = _next_pixels(page, first)
    bar.fill(time)
    assert _next_pixels(page, later) == first


def test_without_motion_it_stands_still_and_turns_pages(open_page):
    page = _open(open_page, "&look=7", reduced_motion="reduce")
    still = _pixels(page)
    expect(_now(page)).to_have_attribute("data-stop", "ink")
    page.evaluate(
        "() => new Promise((done) => { let left = 30; requestAnimationFrame(function go() {"
        " if (left-- > 0) requestAnimationFrame(go); else done(); }); })"
    )
    assert _pixels(page) == still
    page.locator(".film-play").click()
    shown = [still]
    for stop in STOPS[1:4]:
        expect(_now(page)).to_have_attribute("data-stop", stop)
        shown.append(_next_pixels(page, shown[-1]))
    assert len({*shown}) == 4


def test_the_digit_i_wrote_is_the_one_in_the_film(open_sheet, mnist):
    sheet = open_sheet(reduced_motion="reduce")
    with sheet.explained() as answer:
        sheet.write(strokes_of(mnist.test.images[np.flatnonzero(mnist.test.labels == 3)[0]]))
    assert answer.text == "3"
    sheet.page.locator("a[href*='view=film']").first.click()
    expect(_now(sheet.page)).to_have_attribute("data-stop", "ink")
    sheet.page.locator(".film-change summary").first.click()
    expect(sheet.page.get_by_role("radio", name="My digit")).to_be_checked()
    sheet.page.get_by_role("button", name="Answer").click()
    expect(_now(sheet.page)).to_contain_text("a 3")


def test_the_answer_has_the_probability_of_the_network(open_page, mnist):
    index = 8  # one that is less sure
    page = _open(open_page, f"&look=t{index}&stop=answer", reduced_motion="reduce")
    session = onnxruntime.InferenceSession(shipped()["tiny"])
    ((probabilities, *_),) = session.run(None, {"images": mnist.test.images[index : index + 1].astype(np.float32)})
    expect(_now(page)).to_contain_text(f"a {probabilities.argmax()}, with")
    share = float(re.search(r"([\d.]+)\s*%", _now(page).inner_text())[1]) / 100
    assert share == pytest.approx(probabilities.max(), abs=0.001)


def test_the_poster_shows_every_stop(open_page):
    page = _open(open_page, "&look=7", reduced_motion="reduce")
    with Image.open(io.BytesIO(_saved(page, "Poster"))) as poster:
        assert poster.format == "PNG"
        left, top, across, down = 40, 168, 680, 524
        boxes = [(left + across * (n % 3), top + down * (n // 3)) for n in range(len(STOPS))]
        panels = {poster.convert("RGB").crop((x, y, x + 640, y + 360)).tobytes() for x, y in boxes}
    assert len(panels) == len(STOPS)


@pytest.mark.slow
def test_a_saved_video_plays(open_page):
    page = _open(open_page, "&look=7")
    film = _saved(page, "Video")
    assert film[4:8] == b"ftyp"  # MP4
    player = page.context.new_page()  # the page itself may show no videos
    width, seconds, shown = player.evaluate(SEEN, base64.b64encode(film).decode())
    assert width == 1280
    assert seconds > 35
    assert shown > len(STOPS)


def test_the_film_fits_on_any_screen_with_its_controls(open_page):
    page = _open(open_page, "&stop=scores", reduced_motion="reduce")
    for width in (320, 390, 820, 1280, 1600):
        page.set_viewport_size({"width": width, "height": 800})
        page.reload()
        page.locator("canvas[role=img]").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        play = page.locator(".film-play").bounding_box()
        assert play["y"] + play["height"] <= 800, width
        assert play["height"] >= 44, width


def test_on_paper_it_is_the_poster(open_page):
    page = _open(open_page, "&look=7&stop=scores")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    expect(page.locator(".film-paper canvas")).to_be_visible()
    expect(page.locator(".film-screen")).to_be_hidden()
    expect(page.locator(".film-paper")).to_be_visible()
