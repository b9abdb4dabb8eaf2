"""The service's training, started and watched on the page, compared with its events."""

import base64
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from driving.browsing import opened
from driving.reading_numbers import numbers_in
from driving.sheet import Sheet
from driving.training import LONG, STEPS, start

pytestmark = pytest.mark.browser


@pytest.fixture
def open_run(open_page, run):
    def open_path(**options):
        page = open_page(f"?view=learn&step=train&runs={run.id}", **options)
        expect(page.get_by_text(f"Done after {STEPS} steps")).to_be_visible()
        return page

    return open_path


@pytest.fixture
def stop_afterwards(api):
    """Stop any run that is still in progress."""
    started = []
    yield started.append
    for training in started:
        api.delete(f"v1/training/{training}")
        api.get(f"v1/training/{training}/events")  # ends with the run


def test_the_curves_grow_as_the_network_learns(run):
    steps, losses, accuracies = ([each[name] for each in run.noted] for name in ("step", "losses", "accuracies"))
    for values in (steps, losses, accuracies):
        assert values == sorted(values)
        assert len(set(values)) > 5
    assert steps[-1] == STEPS
    assert losses[-1] == len(run.named("progress"))
    assert accuracies[-1] == len(run.named("validated"))


def test_the_curves_end_where_the_service_says(run, open_run):
    page = open_run()
    batch = run.named("started")[0]["recipe"]["batch_size"]
    smooth = weight = 0.0
    for each in run.named("progress"):
        smooth, weight = 0.9 * smooth + each["loss"] / batch, 0.9 * weight + 1
    loss, accuracy = (
        numbers_in(page.get_by_role("img", name=name).get_attribute("aria-label"))
        for name in (re.compile("^Smoothed loss per image"), re.compile("^Validation accuracy"))
    )
    assert loss == pytest.approx([smooth / weight, STEPS], abs=0.0051)
    assert accuracy == pytest.approx([100 * run.named("validated")[-1]["accuracy"], STEPS], abs=0.051)
    last = run.named("progress")[-1]
    told = numbers_in(page.locator(".train-progress p").inner_text())
    assert told == pytest.approx([STEPS, last["loss"], last["loss"] / batch, 100 * last["accuracy"]], abs=0.51)


def test_ten_weight_images_show_where_ink_speaks_for_a_digit(run, open_run):
    page = open_run()
    images = run.named("weights")[-1]["images"]
    canvases = page.get_by_role("img", name=re.compile("^Weights of")).all()
    assert len(canvases) == len(images) == 10
    for digit, (canvas, image) in enumerate(zip(canvases, images, strict=True)):
        expect(canvas).to_have_accessible_name(f"Weights of {digit}")
        weights = np.frombuffer(base64.b64decode(image), np.int8).reshape(28, 28)
        data = canvas.evaluate("(canvas) => Array.from(canvas.getContext('2d').getImageData(0, 0, 28, 28).data)")
        colours = np.array(data).reshape(28, 28, 4)
        blueness = colours[..., 2] - colours[..., 0]
        assert np.ptp(blueness[weights == 0]) == 0
        paper = blueness[weights == 0][0]
        assert (blueness[weights > 30] > paper + 20).all()
        assert (blueness[weights < -30] < paper - 20).all()


def test_the_end_shows_the_accuracy_and_the_mistakes_on_the_test_images(run, open_run, mnist):
    page = open_run()
    (done,) = run.named("done")
    assert (done["on"], done["n"]) == ("test", 10_000)
    result = page.get_by_role("region", name="A · softmax with TensorFlow · 500 steps")
    assert numbers_in(result.get_by_role("heading", level=2).inner_text()) == [
        STEPS,
        pytest.approx(100 * done["accuracy"], abs=0.051),
    ]
    told = numbers_in(result.get_by_role("paragraph").first.inner_text())
    assert told == pytest.approx([10_000, done["wrong"]])
    assert done["accuracy"] > 0.85
    mistakes = result.get_by_role("listitem").all()
    assert len(mistakes) == len(done["mistakes"]) == 24
    for shown, told in zip(mistakes, done["mistakes"], strict=True):
        sentence = shown.get_attribute("title")
        label, digit, probability, index = numbers_in(sentence)
        assert (digit, index) == (told["digit"], told["index"])
        assert probability == min(int(100 * told["probability"] + 1e-9), 99)
        assert label == mnist.test.labels[int(index)] != digit
        data = shown.get_by_role("img", name=sentence).evaluate(
            "(canvas) => Array.from(canvas.getContext('2d').getImageData(0, 0, 28, 28).data)"
        )
        darkness = 255 - np.array(data).reshape(28, 28, 4)[..., 1]
        image = mnist.test.images[int(index)]
        assert np.corrcoef(darkness.ravel(), image.ravel())[0, 1] > 0.999


def test_the_network_just_trained_reads_what_is_written_for_it(
    run, open_run, api, mnist, paste, expect_query, as_png
):
    page = open_run()
    page.get_by_role("link", name="Write a digit for this network").click()
    expect_query(page, model=run.id)
    expect(page.get_by_role("radio", name="yours")).to_be_checked()
    sheet = Sheet(page)
    png = as_png(mnist.test.images[3])
    with sheet.read() as answer:
        paste(page, png)
    expected = api.post("v1/read", files={"picture": png}, params={"model": run.id}).json()["readings"][0]
    assert answer.text == expected["text"] == "0"
    assert answer.reading["digits"][0]["probabilities"] == pytest.approx(expected["digits"][0]["probabilities"])
    page.get_by_role("link", name="Models").click()
    card = opened(page, run.id)
    expect(card.get_by_role("rowheader")).to_have_text("your softmax")
    expect(card).to_contain_text("7,850")
    (done,) = run.named("done")
    expect(card).to_contain_text(f"{done['wrong']:,}")
    expect(card.get_by_role("link", name="Try it")).to_have_attribute("href", re.compile(f"model={run.id}"))


def test_two_runs_are_compared_by_what_differs(run, open_page, api, stop_afterwards, expect_query):
    page = open_page(f"?view=learn&step=train&runs={run.id}&with=tensorflow&steps=200")
    rate = page.get_by_role("slider", name="Learning rate")
    for _ in range(3):
        rate.press("ArrowRight")
    second = start(page)
    stop_afterwards(second)
    expect(page.get_by_text("Done after 200 steps")).to_be_visible(timeout=LONG)
    expect_query(page, runs=f"{run.id},{second}", rate=0.01, steps=200)
    accuracies = [api.get(f"v1/training/{each}").json()["done"]["accuracy"] for each in (run.id, second)]
    rows = page.get_by_role("list", name="Runs").get_by_role("listitem")

    def expect_comparison(page):
        rows = page.get_by_role("list", name="Runs").get_by_role("listitem")
        expect(rows.locator(".run-name")).to_have_text(
            ["Asoftmax with TensorFlow · 500 steps", "Bsoftmax with TensorFlow · rate 0.01 · 200 steps"]
        )
        found = [numbers_in(each)[0] for each in rows.locator(".run-outcome").all_inner_texts()]
        assert found == pytest.approx([100 * each for each in accuracies], abs=0.051)
        for chart in page.locator(".train-curves .chart").all():
            expect(chart.locator(".curve:not(.raw, .beside)")).to_have_count(2)
            expect(chart.locator(".line-name")).to_have_text(["A", "B"])

    expect_comparison(page)
    expect(page.get_by_role("heading", name="B · ")).to_be_visible()
    rows.first.locator(".run-name").click()
    expect(page.get_by_role("heading", name="A · ")).to_be_visible()
    page.get_by_role("checkbox", name="Show run B").uncheck()
    for chart in page.locator(".train-curves .chart").all():
        expect(chart.locator(".curve:not(.raw, .beside)")).to_have_count(1)
    # another page with the same address shows the same two runs
    other = open_page(page.url)
    expect(other.get_by_role("heading", name="B · ")).to_be_visible()
    expect_comparison(other)
    other.get_by_role("button", name="Remove run A").click()
    expect(other.get_by_role("list", name="Runs").get_by_role("listitem")).to_have_count(1)
    expect_query(other, runs=second)


def test_a_training_is_watched_elsewhere_and_stopped(open_page, api, stop_afterwards):
    page = open_page("?view=learn&step=train&with=tensorflow&steps=20000&batch=2000")
    training = start(page)
    stop_afterwards(training)
    stop = page.get_by_role("button", name="Stop")
    expect(stop).to_be_visible()
    # one at a time: another page is told, and can watch
    other = open_page("?view=learn&step=train&with=tensorflow", refusals=(409,))
    other.get_by_role("button", name="Start training").click()
    expect(other.get_by_role("alert")).to_be_visible()
    other.get_by_role("button", name="Watch it").click()
    for each in (page, other):
        expect(each.get_by_text(re.compile(r"Step [\d,]+ of 20,000"))).to_be_visible(timeout=LONG)
    stop.click()
    for each in (page, other):
        expect(each.get_by_text(re.compile(r"Stopped at step [\d,]+ of 20,000"))).to_be_visible(timeout=LONG)
        expect(each.get_by_role("button", name="Start training")).to_be_enabled()
        expect(each.locator(".run-outcome")).to_have_text(re.compile("^stopped at"))
    assert api.get(f"v1/training/{training}").json()["state"] == "stopped"
    (step,) = {numbers_in(each.locator(".train-progress span").first.inner_text())[0] for each in (page, other)}
    assert 0 < step < 20_000
    expect(page.get_by_test_id("announcement")).to_have_text(f"Training was stopped at step {step:,.0f}.")


def test_what_is_stopped_during_start_up_keeps_its_settings_over_a_reload(open_page, stop_afterwards, expect_query):
    page = open_page("?view=learn&step=train&with=tensorflow&steps=20000&rate=0.01")
    stop_afterwards(start(page))
    page.get_by_role("button", name="Stop").click()
    outcome = page.locator(".run-outcome")
    expect(outcome).to_have_text(re.compile("^stopped at"), timeout=LONG)
    page.reload()
    expect(outcome).to_have_text(re.compile("^stopped at"))
    expect(page.locator(".run-name")).to_have_text("Asoftmax with TensorFlow · rate 0.01 · 20,000 steps")
    expect_query(page, steps=20000, rate=0.01)


def test_a_training_that_the_service_has_forgotten_says_so(open_page):
    page = open_page("?view=learn&step=train&runs=0123456789abcdef", refusals=(404,))
    expect(page.get_by_role("alert")).to_contain_text("The service no longer knows this training")
    expect(page).not_to_have_url(re.compile("runs="))
    expect(page.get_by_role("button", name="Start training")).to_be_enabled()
