"""The first steps of Learn: each control is used, and the results are checked against shuzi's own arithmetic."""

import json
import re

import numpy as np
import pytest
from playwright.sync_api import expect

import shuzi
from driving.browsing import drag_slider
from driving.reading_numbers import numbers_in
from driving.serving import WEB
from first_network import cross_entropy, one_hot, squared_error
from shuzi.concepts import softmax

pytestmark = pytest.mark.browser

LABEL = one_hot(2, classes=3)
LAST, TRAINING = 12, 6


def _example(mnist, digit):
    """Return the index of the page's example of a digit among the training images."""
    examples = json.loads((WEB / "src" / "learn" / "digit" / "digits.json").read_text("utf-8"))
    index = next(example["index"] for example in examples if example["label"] == digit)
    assert mnist.train.labels[index] == digit
    return index


def _shown(locator):
    """Return the numbers that each of several elements shows, in order."""
    return [number for text in locator.all_inner_texts() for number in numbers_in(text)]


def test_each_step_leads_to_the_next_and_back_and_fits_a_screen(open_step):
    page = open_step("pixels", viewport={"width": 1280, "height": 800})
    titles = []
    for step in range(1, LAST + 1):
        heading = page.locator("h1")
        titles.append(heading.inner_text())
        expect(page.get_by_role("navigation", name="Steps").locator("[aria-current=step]")).to_have_count(1)
        end = page.get_by_role("navigation", name="Previous and next step").bounding_box()
        assert step == TRAINING or end["y"] + end["height"] <= 800
        if step < LAST:
            page.get_by_role("link", name=re.compile("^Next:")).click()
            expect(heading).not_to_have_text(titles[-1])
            expect(heading).to_be_focused()
    assert len(set(titles)) == LAST
    page.keyboard.press("ArrowLeft")
    expect(page.locator("h1")).to_have_text(titles[-2])
    page.get_by_role("link", name="Back", exact=True).click()
    expect(page.locator("h1")).to_have_text(titles[-3])
    for title in titles[-2], titles[-1], titles[-2]:
        page.go_back()
        expect(page.locator("h1")).to_have_text(title)
    page.get_by_role("navigation", name="Steps").get_by_role("link").first.click()
    expect(page.locator("h1")).to_have_text(titles[0])


def test_pixels_are_those_of_the_training_images(open_step, expect_query, mnist):
    page = open_step("pixels")
    readout = page.get_by_role("status", name="Selected pixel")

    def expect_pixel(image, row, column):
        expect(readout).to_contain_text(f"Row {row + 1}, column {column + 1}")
        value = int(image[row, column])
        expect(readout.locator("strong")).to_have_text([str(value), f"{value / 255:.3f}"])
        expect(page.locator("figcaption")).to_contain_text(f"number {28 * row + column + 1} of 784")

    for digit in (7, 4):
        index = _example(mnist, digit)
        image = mnist.train.images[index]
        page.get_by_role("radio", name=str(digit), exact=True).check()
        grid = page.get_by_role("grid", name=f"A handwritten {digit}, 28 by 28 pixels")
        expect(page.get_by_text(f"A real {digit}: image {index + 1} of the 55,000")).to_be_visible()
        frame = grid.bounding_box()
        for row, column in ((14, 12), (0, 27), tuple(np.unravel_index(image.argmax(), image.shape))):
            page.mouse.move(
                frame["x"] + (column + 0.5) / 28 * frame["width"], frame["y"] + (row + 0.5) / 28 * frame["height"]
            )
            expect_pixel(image, row, column)
    page.mouse.move(1, 1)
    grid.press("Home")
    grid.press("PageUp")
    expect_pixel(image, 0, 0)
    for _ in range(3):
        grid.press("ArrowRight")
        grid.press("ArrowDown")
    expect_pixel(image, 3, 3)
    page.get_by_label("Show the numbers").check()
    assert _shown(grid.get_by_role("gridcell")) == image.ravel().tolist()
    expect_query(page, look="4", pixel=87, pixels="numbers")


def _expect_softmax(page, scores):
    enlarged = np.exp(scores)
    shares = softmax(scores)
    rows = page.locator(".softmax-row:not(.softmax-sum)")
    assert _shown(rows.locator(".of-score")) == pytest.approx(scores, abs=0.0501)
    assert _shown(rows.locator(".of-exp")) == pytest.approx(enlarged.tolist(), rel=0.0051)
    # less than all is not shown as 100 %
    assert _shown(rows.locator(".of-share")) == pytest.approx(np.minimum(100 * shares, 99.9).tolist(), abs=0.0501)
    widths = rows.locator(".share-bar > span").evaluate_all("(bars) => bars.map((bar) => bar.offsetWidth)")
    whole = rows.locator(".share-bar").first.evaluate("(bar) => bar.clientWidth")
    assert widths == pytest.approx((whole * shares).tolist(), abs=1)
    together = page.locator(".softmax-sum")
    assert _shown(together.locator(".of-exp")) == pytest.approx([enlarged.sum()], rel=0.0051)
    assert _shown(together.locator(".of-share")) == [100]
    expect(page.locator(".softmax-row.largest .of-digit")).to_have_text(str(shares.argmax()))


def test_softmax_follows_the_scores(open_step, expect_query, mnist):
    page = open_step("softmax")
    scores = np.array([4.0, 5.0, 10.0])  # the lesson's
    _expect_softmax(page, scores)
    for place, share in ((2, 0.2), (0, 0.97), (1, 0.5)):
        slider = page.get_by_role("slider", name=f"Score of {place}")
        before = scores[place]
        scores[place] = drag_slider(page, slider, share)
        assert scores[place] != before
        _expect_softmax(page, scores)
    slider.press("ArrowRight")
    scores[1] += 0.1
    _expect_softmax(page, scores)
    shares = page.locator(".of-share").all_inner_texts()
    added = drag_slider(page, page.get_by_role("slider", name="Add to all scores"), 0.2)
    assert added < 0
    _expect_softmax(page, scores + added)
    assert page.locator(".of-share").all_inner_texts() == shares
    factor = drag_slider(page, page.get_by_role("slider", name="Multiply all scores by"), 0.05)
    assert factor < 1
    _expect_softmax(page, scores * factor + added)
    written = ",".join(f"{score:.1f}".removesuffix(".0") for score in scores)
    expect_query(page, scores=written, plus=f"{added:g}", times=f"{factor:g}")
    page.get_by_role("radio", name="Ten, from a trained network").check()
    ten = np.array([float(each.input_value()) for each in page.get_by_role("slider", name="Score of").all()])
    assert len(ten) == 10
    seven = _example(mnist, 7)  # which is the image of the first step
    (said,) = shuzi.load("softmax").classify(mnist.train.images[[seven]])
    assert softmax(ten) == pytest.approx(said, abs=0.02)
    _expect_softmax(page, ten)


def _push(loss, output, place=2):
    """Return minus the slope of a loss in a score behind softmax, by central differences."""
    scores, nudge = np.log(output), np.zeros(3)
    nudge[place] = 1e-5
    return -(loss(LABEL, softmax(scores + nudge)) - loss(LABEL, softmax(scores - nudge))) / 2e-5


def _expect_losses(page, right, first):
    output = np.array([(1 - right) * first, (1 - right) * (1 - first), right])
    assert _shown(page.get_by_role("row", name="output y").get_by_role("cell")) == pytest.approx(output, abs=0.0051)
    expected = {"Squared error": squared_error(LABEL, output), "Cross-entropy": cross_entropy(LABEL, output)}
    for name, loss in expected.items():
        card = page.get_by_role("region", name=name)
        assert _shown(card.locator(".loss-value")) == pytest.approx([loss], abs=0.0051)
        if output.min() > 0:
            push = _push({"Squared error": squared_error, "Cross-entropy": cross_entropy}[name], output)
            assert _shown(card.locator(".loss-push .numbers")) == pytest.approx([push], abs=0.0051)
    chart = page.get_by_role("img", name=re.compile("^Two curves"))
    said = numbers_in(chart.get_attribute("aria-label"))[-3:]
    assert said == pytest.approx([right, *expected.values()], abs=0.0051)
    # both points are on one vertical line, each at the height of its loss
    places = page.locator("circle.loss-point").evaluate_all(
        "(points) => points.map((point) => [point.cx.baseVal.value, point.cy.baseVal.value])"
    )
    assert places[0][0] == pytest.approx(places[1][0])
    higher = expected["Squared error"] > expected["Cross-entropy"]
    assert (places[0][1] < places[1][1]) == higher or min(expected.values()) < 0.01


def test_both_losses_follow_the_share_of_the_right_answer(open_step, expect_query):
    page = open_step("loss")
    page.get_by_role("radio", name="Both alike").check()  # until somebody guesses, the pushes are covered
    _expect_losses(page, 0.6, 0.25)
    slider = page.get_by_role("slider", name="Probability of the correct answer")
    for share in (0.05, 0.93, 0.3):
        right = drag_slider(page, slider, share)
        assert right == pytest.approx(share, abs=0.05)
        _expect_losses(page, right, 0.25)
    split = drag_slider(page, page.get_by_role("slider", name="How 0 and 1 split the rest"), 0.8)
    _expect_losses(page, right, split)
    # the curve itself can be dragged
    chart = page.get_by_role("img", name=re.compile("^Two curves"))
    frame = chart.bounding_box()
    page.mouse.move(frame["x"] + 0.5 * frame["width"], frame["y"] + 60)
    page.mouse.down()
    page.mouse.move(frame["x"] + 0.8 * frame["width"], frame["y"] + 60, steps=3)
    page.mouse.up()
    dragged = float(slider.input_value())
    assert 0.7 < dragged < 0.9
    _expect_losses(page, dragged, split)
    slider.press("Home")
    _expect_losses(page, 0.0, split)
    entropy = page.get_by_role("region", name="Cross-entropy")
    expect(entropy.locator(".loss-value")).to_have_text("23.03")
    expect(entropy).to_contain_text("log(0) is minus infinity")
    expect_query(page, right=0, split=f"{split:g}")
