"""The page that the last lesson writes reads digits from disk: no service, no network, the same answers as Python."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

import shuzi

pytestmark = pytest.mark.browser

LESSON = Path(__file__).parents[2] / "course" / "19-take-it-with-you" / "lesson.py"


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    pytest.importorskip("tensorflow", reason="the extra `train` is not installed")
    folder = tmp_path_factory.mktemp("带走")
    subprocess.run(
        [sys.executable, str(LESSON)], cwd=folder, env=os.environ | {"CUDA_VISIBLE_DEVICES": ""}, check=True
    )
    return folder


@pytest.fixture
def opened(browser, written):
    context = browser.new_context(offline=True)
    page = context.new_page()
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text))
    page.goto((written / "digit.html").as_uri())
    yield page
    context.close()
    assert problems == []


def draw(page, *points):
    canvas = page.locator("canvas").bounding_box()
    places = [(canvas["x"] + x, canvas["y"] + y) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=10)
    page.mouse.up()


def test_it_answers_as_the_network_does(opened, written):
    images = shuzi.load_mnist().validation.images[:300]
    rows = (images.reshape(-1, 784) / 255).tolist()
    answers = opened.evaluate("(rows) => rows.map((x) => scores(x)).map((y) => y.indexOf(Math.max(...y)))", rows)
    network = shuzi.load(written / "my-network").classify(images).argmax(axis=1)
    assert np.count_nonzero(network != answers) <= 1  # the page keeps three decimals


def test_a_digit_is_read_wherever_it_is_written_and_however_large(opened):
    for scale, across, down in ((1, 0, 0), (0.6, 5, 5), (0.6, 110, 120)):
        draw(opened, *((across + scale * x, down + scale * y) for x, y in ((60, 60), (200, 60), (120, 240))))
        expect(opened.locator("output")).to_have_text("7")
        opened.locator("button").click()


def test_nothing_written_is_no_digit(opened):
    draw(opened, (100, 100))
    expect(opened.locator("output")).to_have_text("")
