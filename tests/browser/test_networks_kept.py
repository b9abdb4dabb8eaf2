"""Networks trained in the page are there at the next visit: listed, named, exported and deleted."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

import shuzi
from driving.browsing import LONG, go_to, opened
from driving.pen import strokes_of
from driving.sheet import Sheet

pytestmark = pytest.mark.browser

# another tab says often that it keeps something else, and the list is read again each time
_HEARD_OFTEN = """async () => {
  window.notices = 0;
  const look = () => { window.notices += document.querySelectorAll(".notice.storage").length; };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true });
  const channel = new BroadcastChannel("shuzi networks");
  for (let told = 0; told < 20; told++) {
    channel.postMessage(null);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await new Promise((resolve) => setTimeout(resolve, 500));
}"""


def _strokes(mnist, digit):
    return strokes_of(mnist.test.images[np.flatnonzero(mnist.test.labels == digit)[0]])


@pytest.fixture
def trained(open_page):
    """Open a page, train a network in it to the end, and wait until it is kept."""

    def train(query="steps=600"):
        page = open_page(f"?view=learn&step=train&{query}", reduced_motion="reduce")
        page.get_by_role("button", name="Start training").click()
        expect(page.locator(".train-result")).to_be_visible(timeout=LONG)
        page.goto("?view=models")
        expect(page.locator("[data-model^='own.']")).to_have_count(1)
        return page

    return train


def test_the_network_of_yesterday_reads_is_named_exported_and_deleted(trained, mnist, tmp_path, expect_query):
    page = trained()
    card = opened(page, "own.softmax_n600")
    expect(card.get_by_role("rowheader")).to_have_text("Softmax · 600 steps")
    expect(card).to_contain_text("7,850")
    card.get_by_role("link", name="Your things").click()
    mine = page.locator("[data-network='own.softmax_n600']")
    mine.get_by_role("textbox", name="Name").fill("Mine: first/best")
    mine.get_by_role("textbox", name="Name").press("Enter")
    expect(mine.get_by_role("heading")).to_have_text("Mine: first/best")
    page.reload()
    expect(mine.get_by_role("heading")).to_have_text("Mine: first/best")

    with page.expect_download() as saved:
        mine.get_by_role("button", name="Export .onnx").click()
    path = tmp_path / saved.value.suggested_filename
    saved.value.save_as(path)
    assert path.name == "Mine- first-best.onnx"
    answers = shuzi.load(path).classify(mnist.test.images)
    wrong = int((answers.argmax(axis=1) != mnist.test.labels).sum())
    go_to(page, "Models")
    opened(page, "own.softmax_n600")
    expect(card.get_by_role("rowheader")).to_have_text("Mine: first/best")
    expect(card).to_contain_text(f"Mistakes in 10,000 test images: {wrong:,}")

    card.get_by_role("link", name="Try it").click()
    expect_query(page, model="own.softmax_n600")
    page.reload()  # the address names it
    expect(page.get_by_role("radio", name="Mine: first/best")).to_be_checked()
    assert Sheet(page).write(_strokes(mnist, 7)).text == "7"

    page.goto("?view=things")
    page.once("dialog", lambda dialog: dialog.dismiss())
    mine.get_by_role("button", name="Delete").click()
    expect(mine).to_have_count(1)
    page.once("dialog", lambda dialog: dialog.accept())
    mine.get_by_role("button", name="Delete").click()
    expect(mine).to_have_count(0)
    page.goto("?model=own.softmax_n600")
    expect(page.get_by_text("That network is not in this browser")).to_be_visible()
    expect(page.get_by_role("radio", name="default", exact=True)).to_be_checked()


def test_a_network_with_the_name_of_one_of_ours_says_that_it_is_mine(trained):
    page = trained("steps=20")
    page.goto("?view=things")
    mine = page.locator("[data-network='own.softmax_n20']")
    name = mine.get_by_role("textbox", name="Name")
    name.fill("Softmax")
    name.press("Enter")
    expect(mine.get_by_role("heading")).to_have_text("Softmax (yours)")
    expect(name).to_have_value("Softmax")
    mine.get_by_role("link", name="Try it").click()
    expect(page.get_by_role("radio", name="Softmax (yours)")).to_be_checked()
    expect(page.get_by_role("radio", name="softmax", exact=True)).not_to_be_checked()


def test_a_large_network_is_there_however_often_it_is_read(trained):
    page = trained("network=mlp&hidden=96&steps=20")
    for _ in range(3):
        page.reload()
        expect(page.locator("[data-model='own.mlp_n20_h96']")).to_have_count(1)
    page.goto("?model=tiny")
    expect(page.get_by_role("radio", name=re.compile("96 neurons"))).to_be_visible()
    page.evaluate(_HEARD_OFTEN)
    expect(page.get_by_role("radio", name=re.compile("96 neurons"))).to_be_visible()
    assert page.evaluate("window.notices") == 0


def test_what_is_trained_is_kept_at_once_with_its_curves_and_mistakes(open_page):
    page = open_page("?view=learn&step=train&network=mlp&hidden=16&steps=60", reduced_motion="reduce")
    page.get_by_role("button", name="Start training").click()
    expect(page.locator(".train-result")).to_be_visible(timeout=LONG)
    outcome = page.locator(".run-outcome").inner_text()
    page.reload()
    expect(page.locator(".run-name")).to_have_text("AHidden layer · 60 steps · 16 neurons")
    expect(page.locator(".run-outcome")).to_have_text(outcome)
    page.get_by_role("link", name="Next: Mistakes").click()
    expect(page.locator("caption")).to_contain_text("in 10,000 images", timeout=LONG)
