"""The steps "my handwriting" and "not sure": switches change what networks say, and confidence is measured here."""

import base64
import re

import numpy as np
import onnxruntime
import pytest
from playwright.sync_api import expect

from driving.browsing import LONG
from driving.pen import strokes_of
from driving.reading_numbers import numbers_in
from shuzi.models.store import shipped

pytestmark = pytest.mark.browser

STAGES = {"turn": "Invert", "ink": "Remove the paper", "cut": "Cut out", "frame": "Scale and centre"}


def _answer(page, model):
    return page.locator(f".one-answer[data-model={model}]")


# what the canvas of the last stage shows
_PIXELS = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, 28, 28);
  return [...data.filter((_, place) => place % 4 === 0)];
}"""


def _says(model, page):
    """Return what ONNX Runtime says of the image that the last stage shows."""
    shown = page.locator("[data-stage=pen] canvas").evaluate(_PIXELS)
    return int(_probabilities(model, np.array(shown).reshape(1, 28, 28))[0].argmax())


def _probabilities(model, images):
    session = onnxruntime.InferenceSession(shipped()[model].read_bytes(), providers=["CPUExecutionProvider"])
    (found,) = session.run(["probabilities"], {"images": images.astype(np.float32)})
    return found


def test_without_a_stage_the_answer_is_worse(open_page, expect_query, mnist):
    index = int(np.flatnonzero(mnist.test.labels == 4)[0])
    page = open_page(f"?view=learn&step=handwriting&look=t{index}")
    softmax, reader = _answer(page, "softmax"), _answer(page, "default")
    for each in (softmax, reader):
        expect(each.locator("strong")).to_have_text("4")
        expect(each).to_contain_text("correct")
    found = {}
    for letter, (stage, name) in zip("ticf", STAGES.items(), strict=True):
        switch = page.get_by_role("checkbox", name=name)
        switch.uncheck()
        expect_query(page, without=letter)
        expect(page.locator(f"[data-stage={stage}]")).to_contain_text("Off:")
        found[stage] = _says("softmax", page)
        expect(softmax.locator("strong")).to_have_text(str(found[stage]))
        switch.check()
        expect(softmax.locator("strong")).to_have_text("4")
    assert sum(digit != 4 for digit in found.values()) >= 2, found


def test_all_stages_off_is_an_address_of_its_own(open_page):
    page = open_page("?view=learn&step=handwriting&look=5&without=ticfp")
    stages = page.get_by_role("checkbox")
    expect(stages).to_have_count(5)
    for each in stages.all():
        expect(each).not_to_be_checked()
    for model in ("softmax", "default"):
        digit = _says(model, page)
        expect(_answer(page, model)).to_contain_text(re.compile(rf"^\D*{digit}|no digit"))


def test_my_own_digit_travels_in_the_address(open_sheet, open_page, mnist):
    sheet = open_sheet(reduced_motion="reduce")
    page = sheet.page
    with sheet.explained():
        sheet.write(strokes_of(mnist.test.images[np.flatnonzero(mnist.test.labels == 3)[0]]))
    page.get_by_role("link", name="28x28").click()
    expect(page).to_have_url(re.compile(r"ink=[\w-]+"))
    assert len(page.url) < 500
    expect(page.get_by_text("Your digit, as you wrote or photographed it")).to_be_visible()
    expect(_answer(page, "default").locator("strong")).to_have_text("3")
    other = open_page(page.url)
    expect(other.get_by_role("radio", name="My digit")).to_be_checked()
    expect(_answer(other, "default").locator("strong")).to_have_text("3")
    other.get_by_role("radio", name="8", exact=True).check()
    expect(_answer(other, "default").locator("strong")).to_have_text("8")
    assert "ink=" not in other.url


def _measured(model, mnist):
    """Return the confidence of each answer on the test images, and whether it is right."""
    probabilities = _probabilities(model, mnist.test.images)
    return probabilities.max(axis=1), probabilities.argmax(axis=1) == mnist.test.labels


def test_confidence_is_measured_over_all_test_images(open_page, expect_query, mnist):
    confidence, right = _measured("softmax", mnist)
    page = open_page("?view=learn&step=not-sure&threshold=0.75")
    page.get_by_text("10,000 of 10,000 test images").wait_for(timeout=LONG)
    rows = [
        [numbers_in(cell)[0] for cell in row.locator("td").all_inner_texts()]
        for row in page.locator(".promises tbody tr").all()
    ]
    bins = np.minimum((confidence * 10).astype(int), 9)
    assert len(rows) == len(np.unique(bins))
    assert sum(count for _, _, count in rows) == 10_000
    for (promised, kept, count), each in zip(rows, np.unique(bins), strict=True):
        inside = bins == each
        assert abs(count - inside.sum()) <= 5  # half precision moves a few over an edge
        assert promised == pytest.approx(100 * confidence[inside].mean(), abs=0.5)
        assert kept == pytest.approx(100 * right[inside].mean(), abs=1.0)
    status = page.get_by_role("status").filter(has_text="are answered")
    slider = page.get_by_role("slider", name="Threshold")
    for threshold in (0.75, 0.5, 0.98):
        slider.fill(str(threshold))
        expect_query(page, threshold=threshold)
        above = confidence >= threshold
        answered, wrong, share, rest = numbers_in(status.inner_text())
        assert answered == pytest.approx(100 * above.mean(), abs=0.1)
        assert wrong == pytest.approx((above & ~right).sum(), abs=4)
        assert share == pytest.approx(100 * (~right[above]).mean(), abs=0.1)
        assert rest == pytest.approx((~above).sum(), abs=5)


def test_a_letter_is_a_digit_to_softmax_and_none_to_the_reader(open_page, expect_query):
    page = open_page("?view=learn&step=not-sure")
    for letter in "AKH":
        page.get_by_role("radio", name=letter, exact=True).check()
        expect(_answer(page, "default")).to_contain_text("That is not a digit")
        expect(_answer(page, "softmax").locator("strong")).to_have_text(re.compile(r"^\d$"))
    expect_query(page, letter="H")


def test_what_i_wrote_is_asked_about_too(open_sheet, expect_query):
    sheet = open_sheet(reduced_motion="reduce")
    page = sheet.page
    sheet.write([[(19, 6), (9, 6), (9, 22), (19, 22)], [(9, 14), (18, 14)]])  # an E
    page.get_by_role("link", name="Probabilities").click()
    expect_query(page, step="not-sure")
    page.get_by_role("radio", name="What I wrote").check()
    expect_query(page, look="mine")
    expect(_answer(page, "default")).to_contain_text("That is not a digit")
    expect(_answer(page, "softmax").locator("strong")).to_have_text(re.compile(r"^\d$"))


_HEAR = """() => {
  window.heard = [];
  const hear = () => window.heard.push(document.querySelector(".one-answer[data-model=default]").textContent);
  new MutationObserver(hear).observe(document.querySelector(".two-answers"), {
    childList: true, characterData: true, attributes: true, subtree: true,
  });
}"""


def test_an_answer_is_never_judged_by_the_label_of_another_digit(open_page):
    page = open_page("?view=learn&step=handwriting&look=4")
    expect(_answer(page, "default")).to_contain_text("correct")
    page.evaluate(_HEAR)
    page.get_by_role("radio", name="0", exact=True).check()
    expect(_answer(page, "default").locator("strong")).to_have_text("0")
    heard = page.evaluate("heard")
    assert heard
    assert not [each for each in heard if "wrong" in each], heard


def test_my_digit_is_the_one_that_write_draws_unless_the_address_brings_another(open_sheet, open_page, mnist):
    of = {digit: mnist.test.images[np.flatnonzero(mnist.test.labels == digit)[0]] for digit in (2, 4, 7)}
    sheet = open_sheet(reduced_motion="reduce")
    page = sheet.page
    with sheet.explained():
        sheet.write(strokes_of(of[4]), 0.3)
    with sheet.explained():
        sheet.write(strokes_of(of[2]), 0.7)
    page.get_by_role("link", name="Learn").click()
    for step in ("handwriting", "template"):
        _go(page, f"?view=learn&step={step}")
        page.get_by_role("radio", name="My digit").check()
        _go(page, "?view=learn&step=handwriting")  # which the page remembers, whatever the address
        expect(_answer(page, "default").locator("strong")).to_have_text("2")
    linked = _ink(of[7])
    _go(page, f"?view=learn&step=handwriting&look=mine&ink={linked}")
    expect(_answer(page, "default").locator("strong")).to_have_text("7")


def _go(page, address):
    """Follow a link within the page."""
    page.evaluate(
        "(to) => { history.pushState(null, '', to); dispatchEvent(new PopStateEvent('popstate')); }", address
    )


def _ink(image):
    """Return an image as an address has it: where its ink begins and ends, where there is any, and its 16 shades."""
    shades = np.round(image.reshape(28, 28) / 17).astype(int)
    (rows, columns) = (np.flatnonzero(shades.any(axis=axis)) for axis in (1, 0))
    part = shades[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].ravel()
    head = (columns[0], rows[0], columns[-1] + 1 - columns[0], rows[-1] + 1 - rows[0])
    bits = "".join(f"{value:05b}" for value in head) + "".join(str(int(shade > 0)) for shade in part)
    bits += "".join(f"{shade:04b}" for shade in part if shade)
    return base64.urlsafe_b64encode(np.packbits([int(bit) for bit in bits]).tobytes()).decode().rstrip("=")
