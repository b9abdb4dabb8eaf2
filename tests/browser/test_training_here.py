"""Training in the page itself: compared with Python's own training, and taken back to Python as a model."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

import shuzi
from driving.browsing import LONG
from driving.reading_numbers import numbers_in
from shuzi.models.onnx_file import read_card
from shuzi.training.recipe import Recipe

pytestmark = pytest.mark.browser

FIXTURES = Path(__file__).parents[1] / "fixtures" / "training"


@pytest.fixture
def train_here(open_page):
    """Train in the page, to the end."""

    def start(query, **options):
        page = open_page(f"?view=learn&step=train&{query}", **options)
        page.get_by_role("button", name="Start training").click()
        expect(page.locator(".train-result")).to_be_visible(timeout=LONG)
        return page

    return start


def _row(page, letter):
    return page.get_by_role("list", name="Runs").get_by_role("listitem").filter(has_text=re.compile(f"^{letter}"))


def _exported(page, folder):
    """Save the network that was trained."""
    page.get_by_role("link", name="Your things").last.click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Export .onnx").click()
    path = folder / saved.value.suggested_filename
    saved.value.save_as(path)
    return path


def test_softmax_ends_where_python_ends_and_comes_back_as_a_model(train_here, tmp_path, mnist):
    page = train_here("")
    stored = json.loads((FIXTURES / "softmax.json").read_text())
    heading = page.locator(".train-result h2")
    expect(heading).to_contain_text("A · Softmax: ")
    assert numbers_in(heading.inner_text())[-1] == pytest.approx(100 * stored["accuracy"], abs=0.051)
    smooth = weight = 0.0
    for loss in stored["losses"]:
        smooth, weight = 0.9 * smooth + loss / 64, 0.9 * weight + 1
    curve = page.get_by_role("img", name=re.compile("^Smoothed loss per image")).get_attribute("aria-label")
    assert numbers_in(curve) == pytest.approx([smooth / weight, 2000], rel=2e-3)
    expect(page.get_by_role("img", name=re.compile("^Weights of"))).to_have_count(10)
    path = _exported(page, tmp_path)
    card = read_card(path.read_bytes(), path)
    assert card.command == "shuzi train softmax --seed 0"
    assert Recipe.of(card.recipe, path) == Recipe.of(stored["recipe"], path)
    answers = shuzi.load(path).classify(mnist.test.images)
    assert np.mean(answers.argmax(axis=1) == mnist.test.labels) == card.scores["test"]["accuracy"]


@pytest.mark.parametrize(
    ("query", "pictures", "count"),
    [("network=mlp&steps=100&hidden=16", "Neuron", 16), ("network=small_convolutions&steps=50", "Filter", 8)],
)
def test_other_networks_show_what_their_first_layer_looks_for(train_here, tmp_path, query, pictures, count):
    page = train_here(query)
    expect(page.get_by_role("img", name=re.compile(rf"^{pictures} \d+$"))).to_have_count(count)
    said = numbers_in(page.locator(".train-result h2").inner_text())[-1]
    path = _exported(page, tmp_path)
    card = read_card(path.read_bytes(), path)
    assert card.scores["validation"]["n"] == 5_000
    assert card.scores["validation"]["accuracy"] == pytest.approx(said / 100, abs=0.0006)


def test_a_rate_of_1_can_be_tried(train_here):
    page = train_here("rate=1&steps=100")
    expect(page.locator(".run-name")).to_have_text("ASoftmax · rate 1 · 100 steps")


def test_images_that_do_not_come_are_not_called_a_matter_of_the_rate(open_page):
    page = open_page("?view=learn")
    # the service worker would send requests in the page's place
    page.evaluate("navigator.serviceWorker.ready.then((found) => found.unregister())")
    page.add_init_script("Object.defineProperty(Navigator.prototype, 'serviceWorker', { value: undefined })")
    page.goto("?view=learn&step=train&steps=20")
    page.route("**/data/*.gz", lambda route: route.fulfill(body=b"no images"))
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_role("alert")).to_contain_text("training images could not be loaded")
    expect(page.locator("main")).not_to_contain_text("steps are too long")


def test_what_is_stopped_keeps_its_network(open_page):
    page = open_page("?view=learn&step=train&network=small_convolutions&steps=20000")
    page.get_by_role("button", name="Start training").click()
    expect(page.locator(".train-progress")).to_contain_text(re.compile(r"batch loss"), timeout=LONG)
    page.get_by_role("button", name="Stop").click()
    stopped = page.get_by_text(re.compile(r"Stopped at step [\d,]+ of 20,000"))
    expect(stopped).to_be_visible()
    step = numbers_in(stopped.inner_text())[0]
    expect(page.get_by_test_id("announcement")).to_have_text(f"Training was stopped at step {step:,.0f}.")
    page.goto("?view=models")
    expect(page.locator("[data-model^='own.cnn_n20000']")).to_have_count(1, timeout=LONG)


def test_runs_are_compared_and_removed(train_here, expect_query):
    page = train_here("steps=100")
    page.get_by_role("slider", name="Learning rate").press("ArrowRight")
    page.get_by_role("button", name="Start training").click()
    rows = page.get_by_role("list", name="Runs").get_by_role("listitem")
    expect(rows.locator(".run-name")).to_have_text(["ASoftmax · 100 steps", "BSoftmax · rate 0.002 · 100 steps"])
    expect(page.get_by_role("heading", name="B · ")).to_be_visible(timeout=LONG)
    rows.first.locator(".run-name").click()
    expect(page.get_by_role("heading", name="A · ")).to_be_visible()
    curves = page.locator(".train-curves .chart").first.locator(".curve:not(.raw, .beside)")
    expect(curves).to_have_count(2)
    page.get_by_role("button", name="Remove run A").click()
    expect(rows).to_have_count(1)
    expect_query(page, runs="softmax_r0.002_n100")


def test_a_link_names_its_runs_and_they_are_trained_anew(train_here, open_page):
    page = train_here("steps=100&batch=32")
    share = page.locator(".run-outcome").inner_text()
    other = open_page(page.url)
    expect(other.locator(".run-name")).to_have_text("ASoftmax · batch 32 · 100 steps")
    expect(other.locator(".run-outcome")).to_have_text("not trained here yet")
    other.get_by_role("button", name="Train it: run A").click()
    expect(other.locator(".run-outcome")).to_have_text(share, timeout=LONG)


def test_the_values_under_the_pointer_are_shown(train_here):
    page = train_here("steps=100")
    chart = page.locator(".train-curves svg").first
    box = chart.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    readout = page.locator(".readout").first
    expect(readout).to_contain_text(re.compile(r"Step \d+"))
    expect(readout).to_contain_text(re.compile(r"A [\d.]+ / [\d.]+"))
