"""Around the steps of Learn: guesses, what was opened, where the course goes on, and other digits to look at."""

import re

import pytest
from playwright.sync_api import expect

from driving.browsing import LONG
from driving.reading_numbers import numbers_in

pytestmark = pytest.mark.browser


def _slide(page, name, key, presses=1):
    for _ in range(presses):
        page.get_by_role("slider", name=name, exact=True).press(key)


QUESTS = {
    "softmax": ("Nothing", lambda page: _slide(page, "Add to all scores", "ArrowRight", 10)),
    "rate": (
        "Up and away",
        lambda page: (_slide(page, "Learning rate", "ArrowRight", 9), page.get_by_role("button", name="Run").click()),
    ),
    "loss": ("Cross-entropy", lambda page: _slide(page, "Probability of the correct answer", "ArrowLeft", 59)),
    "hidden": (
        "3",
        lambda page: (
            page.get_by_role("radio", name="Ring").check(),
            _slide(page, "Hidden neurons", "ArrowLeft"),
            page.get_by_role("button", name="Train").click(),
        ),
    ),
    "template": ("Nothing", lambda page: _slide(page, "Pixels summed", "ArrowLeft")),
    "pixels": ("28 places", lambda page: page.get_by_role("grid").press("ArrowDown")),
    "train": ("About nine out of ten", lambda page: page.get_by_role("button", name="Start training").click()),
    "mistakes": (
        "A 2 read as 8",
        lambda page: (
            page.get_by_role("button", name="Train softmax").click(),
            page.get_by_role("table").get_by_role("button", name="2 read as 8:").click(timeout=LONG),
        ),
    ),
    "backprop": ("Over 90 %", lambda page: page.get_by_role("button", name="Twenty steps").click()),
    "convolution": (
        "top to bottom",
        lambda page: (
            page.get_by_role("radio", name="1", exact=True).check(),
            page.locator(".choices").get_by_role("radio", name="top to bottom").check(),
        ),
    ),
    "handwriting": ("28x28, even strokes", lambda page: page.get_by_role("checkbox", name="even strokes").uncheck()),
    "not-sure": ("About one in five", lambda page: page.get_by_role("slider", name="Threshold").fill("0.99")),
}

# the numbers of an answer that make the right guess right
NUMBERS = {
    "train": lambda share: 85 < share < 95,
    "mistakes": lambda _2, _8, two, _1, _7, one, _0, _6, zero, *_: two > one + zero,
    "backprop": lambda share, *_: share > 90,
    "not-sure": lambda share, *_: 15 < share < 25,
}


@pytest.mark.parametrize("step", QUESTS)
def test_a_guess_is_asked_for_and_answered_once_it_was_tried(open_page, step):
    right, attempt = QUESTS[step]
    page = open_page(f"?view=learn&step={step}", reduced_motion="reduce")
    guesses = page.locator(".guess")
    said = guesses.get_by_role("status")
    expect(said).to_have_text("")
    guesses.get_by_role("radio", name=right).check()
    expect(said).to_contain_text("Now try it")
    attempt(page)
    expect(said).to_contain_text("You guessed it.", timeout=LONG)
    expect(guesses.get_by_role("radio").first).to_be_disabled()
    if is_so := NUMBERS.get(step):
        assert is_so(*numbers_in(said.inner_text())), said.inner_text()


def test_what_would_answer_a_question_is_covered_until_somebody_guesses_or_tries(open_page):
    for attempt in (
        lambda page: page.locator(".guess").get_by_role("radio").first.check(),
        lambda page: _slide(page, "Probability of the correct answer", "ArrowLeft"),
    ):
        page = open_page("?view=learn&step=loss")
        pushes = page.locator(".loss-push .numbers")
        expect(pushes).to_have_text(["?", "?"])
        attempt(page)
        expect(pushes).to_have_text([re.compile(r"^0\.\d\d$")] * 2)


def test_how_many_are_sure_is_covered_until_somebody_guesses(open_page):
    page = open_page("?view=learn&step=not-sure")
    answers = page.locator(".promises tbody td:last-child")
    told = page.locator(".threshold-said")
    expect(answers.first).to_be_attached(timeout=LONG)
    expect(answers.filter(has_text=re.compile(r"\d"))).to_have_count(0)
    expect(told).not_to_contain_text(re.compile(r"\d"))
    page.locator(".guess").get_by_role("radio").first.check()
    expect(answers.last).to_contain_text(re.compile(r"\d"))
    expect(told).to_contain_text("are answered")


def test_a_wrong_guess_is_told_what_is_right(open_page):
    page = open_page("?view=learn&step=softmax&plus=5")
    guesses = page.locator(".guess")
    guesses.get_by_role("radio", name="They all rise").check()
    expect(guesses.get_by_role("status")).to_contain_text("Not quite. The probabilities stay as they are")
    expect(guesses.locator(".right")).to_have_text("Nothing")


def test_steps_that_were_opened_are_remembered(open_page):
    page = open_page("?view=learn&step=loss")
    page.get_by_role("link", name="Mistakes").click()
    reached = page.locator(".step-dots .reached")
    expect(reached).to_have_count(2)
    page.goto("?view=learn&step=pixels")
    expect(reached.locator(".step-name")).to_have_text(["784 numbers", "Loss", "Mistakes"])


@pytest.mark.parametrize(
    ("language", "file"), [("en", "course/10-convolution/en.md"), ("zh", "course/10-convolution/zh.md")]
)
def test_a_step_names_its_lesson(open_page, language, file):
    page = open_page("?view=learn&step=convolution", language=language)
    expect(page.locator(".lesson")).to_have_text(file)  # a link once the course is published


def test_a_test_image_is_looked_at_from_the_address_or_from_the_mistakes(open_page, expect_query, mnist):
    page = open_page("?view=learn&step=pixels&look=t8")
    expect(page.get_by_text(f"Test image 8, label {mnist.test.labels[8]}")).to_be_visible()
    page.goto("?view=learn&step=mistakes")
    page.get_by_role("radio", name="tiny").check()
    expect(page.locator("caption")).to_contain_text("in 10,000 images", timeout=LONG)
    first = page.locator(".mistakes li").first
    index = int(re.search(r"image ([\d,]+)", first.get_attribute("title"))[1].replace(",", ""))
    first.get_by_role("link").click()
    expect_query(page, step="template", look=f"t{index}")
