"""The later steps of Learn: the sums, tables and maps they show are those of NumPy."""

import re

import numpy as np
import onnx
import pytest
from onnx import numpy_helper
from playwright.sync_api import expect

import shuzi
from driving.browsing import LONG
from driving.reading_numbers import numbers_in
from shuzi.models.store import shipped

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def softmax():
    """Return the weights (784, 10) and biases (10,) of the shipped softmax network."""
    found = {each.name: numpy_helper.to_array(each) for each in onnx.load(shipped()["softmax"]).graph.initializer}
    return found["output/kernel"], found["output/bias"]


def test_xw_plus_b_is_summed_pixel_by_pixel(open_page, expect_query, mnist, softmax):
    kernel, bias = softmax
    page = open_page("?view=learn&step=template&look=t8&template=3")
    image = mnist.test.images[8].reshape(784) / 255
    scores = page.locator(".template-scores li")
    expect(scores).to_have_count(10)
    expected = image @ kernel + bias
    page.wait_for_function(
        "(text) => document.querySelector('.template-scores li').textContent.endsWith(text)",
        arg=f"{expected[0]:.2f}".replace("-", "\u2212"),
    )
    found = [numbers_in(each)[-1] for each in scores.all_inner_texts()]
    assert found == pytest.approx(expected.tolist(), abs=0.0051)
    slider = page.get_by_role("slider", name="Pixels summed")
    slider.fill("400")
    products = image[:400] * kernel[:400, 3]
    told = numbers_in(page.locator(".template-sum").inner_text())
    assert told[-1] == pytest.approx(products.sum(), abs=0.00051)
    expect_query(page, summed=400)
    page.get_by_role("button", name="Sum them up").click()
    expect(slider).to_have_value("784")
    page.get_by_role("button", name=re.compile("^Template of 5")).click()
    expect_query(page, template=5)


def test_my_own_digit_is_looked_at_and_remembered(open_sheet):
    sheet = open_sheet(reduced_motion="reduce")
    with sheet.explained():
        sheet.draw(sheet.placed([[(14, 5), (14, 14), (14, 23)]]))
    page = sheet.page
    page.get_by_role("link", name="Learn").click()
    page.get_by_role("navigation", name="Steps").get_by_role("link", name="Convolution").click()
    page.get_by_role("radio", name="My digit").check()
    cells = page.get_by_role("grid").get_by_role("gridcell")
    mine = [int(cell) for cell in cells.evaluate_all("(all) => all.map((each) => each.ariaLabel)")]
    assert len(mine) == 784
    assert max(mine) > 200
    page.reload()
    expect(page.get_by_role("radio", name="My digit")).to_be_checked()
    expect(cells).to_have_count(784)
    again = cells.evaluate_all("(all) => all.map((each) => each.ariaLabel)")
    assert [int(each) for each in again] == pytest.approx(mine, abs=8)


def test_a_window_slides_over_the_digit(open_page, expect_query, mnist):
    page = open_page("?view=learn&step=convolution&look=t0&window=300&filter=horizontal")
    grid = page.get_by_role("grid")
    expect(grid.get_by_role("gridcell", name="255").first).to_be_attached()
    image = mnist.test.images[0] / 255
    for key, row, column in (("ArrowRight", 9, 20), ("ArrowDown", 10, 20), ("ArrowLeft", 10, 19)):
        grid.press(key)
        window = image[row : row + 3, column : column + 3]
        expect(page.get_by_text(f"The window at row {row + 1}, column {column + 1}")).to_be_visible()
        status = page.get_by_role("status").filter(has_text="sum of the nine")
        assert numbers_in(status.inner_text()) == pytest.approx([window[2].sum() - window[0].sum()], abs=0.0051)
    expect_query(page, window=28 * 11 + 20)
    page.get_by_role("radio", name="mean").check()
    assert numbers_in(status.inner_text()) == pytest.approx([window.mean()], abs=0.0051)


def test_every_mistake_is_in_the_table_and_a_cell_shows_its_images(open_page, mnist, expect_query):
    page = open_page("?view=learn&step=mistakes")
    page.get_by_role("button", name="Train softmax").click()
    table = page.get_by_role("table")
    expect(table.locator("caption")).to_contain_text("in 10,000 images", timeout=LONG)
    wrong, total = numbers_in(table.locator("caption").inner_text())
    rows = [
        [int(text) if text.isdigit() else 0 for text in row.locator("td").all_inner_texts()]
        for row in table.locator("tbody tr").all()
    ]
    counts = np.array(rows)
    assert counts.sum(axis=1).tolist() == np.bincount(mnist.test.labels).tolist()
    assert (counts.sum(), counts.sum() - np.trace(counts)) == (total, wrong)
    label, digit = np.unravel_index(np.argmax(counts - np.diag(np.diag(counts))), counts.shape)
    table.get_by_role("button", name=f"{label} read as {digit}:").click()
    expect_query(page, cell=f"{label}-{digit}")
    shown = page.locator(".mistakes li")
    expect(shown).to_have_count(min(int(counts[label, digit]), 48))
    for title in shown.evaluate_all("(all) => all.map((each) => each.title)"):
        assert mnist.test.labels[int(numbers_in(title)[-1])] == label


def test_the_mistakes_of_a_network_that_comes_along_are_there_before_any_training(open_page, mnist):
    page = open_page("?view=learn&step=mistakes")
    page.get_by_role("radio", name="tiny").check()
    caption = page.get_by_role("table").locator("caption")
    expect(caption).to_contain_text("in 10,000 images", timeout=LONG)
    wrong = shuzi.load("tiny").classify(mnist.test.images).argmax(axis=1) != mnist.test.labels
    assert numbers_in(caption.inner_text()) == [wrong.sum(), 10_000]
    (page.get_by_role("button", name=re.compile("^Train softmax"))).click()
    expect(caption).to_contain_text("Softmax", timeout=LONG)


def test_a_ring_needs_a_hidden_layer(open_page, expect_query):
    page = open_page("?view=learn&step=hidden&neurons=0")
    status = page.get_by_role("status").filter(has_text="After")
    shares = []
    for neurons in (0, 8):
        page.get_by_role("slider", name="Hidden neurons").fill(str(neurons))
        expect_query(page, neurons=neurons)
        page.get_by_role("button", name="Train", exact=True).click()
        expect(status).to_contain_text("After 4,000 steps")
        shares.append(numbers_in(status.inner_text())[-1])
    assert shares[0] < 80
    assert shares[1] > 95


def test_the_loss_goes_back_and_a_step_lowers_it(open_page, expect_query):
    page = open_page("?view=learn&step=backprop&look=4")
    flow = page.get_by_role("img", name=re.compile("label 4, and y − label.*back to neuron 1,"))
    before = flow.evaluate("(canvas) => canvas.toDataURL()")
    status = page.get_by_role("status").filter(has_text="on this digit")
    losses = [numbers_in(status.inner_text())[1]]
    for name, steps in (("One step downhill", "digit: 1."), ("Twenty steps", "digit: 21.")):
        page.get_by_role("button", name=name).click()
        expect(status).to_contain_text(steps)
        losses.append(numbers_in(status.inner_text())[1])
    assert losses == sorted(losses, reverse=True)
    page.get_by_role("group", name="Which neuron to follow").get_by_role("radio", name="3").check()
    expect_query(page, neuron=2)
    flow = page.get_by_role("img", name=re.compile("back to neuron 3,"))
    assert flow.evaluate("(canvas) => canvas.toDataURL()") != before
    page.get_by_role("link", name="See the error flow through a whole network").click()
    expect(page.locator("[data-stop]")).to_have_attribute("data-stop", "gradient")


def test_ten_images_are_learnt_by_heart(open_page):
    page = open_page("?view=learn&step=train")
    page.get_by_role("button", name="Train on 10 · 100 · 1,000 · 55,000 images").click()
    runs = page.locator(".run-outcome")
    expect(runs.first).to_contain_text("correct", timeout=LONG)
    page.get_by_role("button", name="Stop").click()
    assert numbers_in(runs.first.inner_text())[0] < 60
