"""The Models view shows the service's data, and the picker changes the model that answers."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

import shuzi
from driving.browsing import LONG, go_to, opened
from driving.sheet import Sheet
from shuzi.models.store import shipped

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def models(api):
    return {each["name"]: each for each in api.get("v1/models").json()["models"] if each["shipped"]}


def _percent(share):
    return f"{100 * share:.2f}\xa0%"


def test_every_model_is_a_row_with_its_numbers_that_opens(open_page, models):
    page = open_page("?view=models")
    classifiers = {name: model for name, model in models.items() if model["kind"] == "classifier"}
    assert classifiers.keys() == {"default", "tiny", "softmax"}
    expect(page.locator("[data-model]")).to_have_count(len(classifiers))
    for name, model in classifiers.items():
        row = opened(page, name)
        expect(row.get_by_role("rowheader")).to_have_text(name)
        accuracy, parameters, size = row.locator("td[data-name]").all()
        expect(accuracy).to_have_text(_percent(model["score"]["accuracy"]))
        expect(parameters).to_have_text(f"{model['parameters']:,}")
        size_said = model["bytes"]
        expect(size).to_have_text(f"{size_said / 1e6:.1f} MB" if size_said >= 1e6 else f"{size_said / 1e3:.0f} kB")
        expect(row.get_by_role("link", name="Try it")).to_have_count(1)
        wrong = round((1 - model["score"]["accuracy"]) * model["score"]["n"])
        expect(row).to_contain_text(f"Mistakes in 10,000 test images: {wrong}")


def test_the_picker_changes_the_model_and_the_address_keeps_it(
    open_sheet, open_page, api, mnist, as_png, paste, expect_query
):
    images, labels = mnist.test.images[:2_000], mnist.test.labels[:2_000]
    readers = {name: shuzi.load(name) for name in ("default", "softmax")}
    wrong = np.flatnonzero(readers["softmax"].classify(images).argmax(axis=1) != labels)
    # a digit that a network misreads alone may be right with the detector
    place = next(
        each
        for each in wrong.tolist()
        if (readers["default"].read(255 - images[each]).text == str(labels[each]))
        and (readers["softmax"].read(255 - images[each]).text != str(labels[each]))
    )
    png = as_png(255 - images[place])
    answers = {
        name: api.post("v1/read", files={"picture": png}, params={"model": name}).json()["readings"][0]["text"]
        for name in ("default", "softmax", "tiny")
    }
    assert answers["default"] == str(labels[place]) != answers["softmax"]
    sheet = open_sheet()
    picker = sheet.page.get_by_role("group", name="Read by")
    expect(picker).to_have_count(0)
    with sheet.read() as answer:
        paste(sheet.page, png)
    expect(picker.get_by_role("radio")).to_have_count(3)
    assert answer.text == answers["default"]
    for name in ("softmax", "tiny"):
        with sheet.read() as answer:
            picker.get_by_role("radio", name=name).check()
        assert answer.text == answers[name]
        expect_query(sheet.page, model=name)
    # kept by a link, and on the way through the Models view
    other = open_sheet(sheet.page.url)
    expect(other.page.get_by_role("radio", name="tiny")).to_be_checked()
    go_to(other.page, "Models")
    opened(other.page, "softmax").get_by_role("link", name="Try it").click()
    expect(other.page.get_by_role("radio", name="softmax")).to_be_checked()
    with other.read() as answer:
        paste(other.page, png)
    assert answer.text == answers["softmax"]


def test_what_a_model_takes_for_what_is_measured_in_the_page(open_page, expect_query, mnist):
    page = open_page("?view=models")
    opened(page, "softmax").get_by_role("link", name="What it mistakes for what").click()
    expect_query(page, step="mistakes", of="softmax")
    expect(page.locator("caption")).to_contain_text("in 10,000 images", timeout=LONG)
    found = np.array(
        [
            [int(text) if text.isdigit() else 0 for text in row.locator("td").all_inner_texts()]
            for row in page.locator(".confusion tbody tr").all()
        ]
    )
    expected = np.zeros((10, 10), int)
    np.add.at(expected, (mnist.test.labels, shuzi.load("softmax").classify(mnist.test.images).argmax(axis=1)), 1)
    assert np.abs(found - expected).sum() <= 4  # at half precision, two images may get the other of two equal answers
    assert found.sum() == 10_000


def test_without_a_connection_the_models_of_the_page_are_compared(open_page):
    page = open_page("?view=models", refusals=(0,))
    page.route("**/v1/models", lambda route: route.abort())
    page.reload()
    expect(page.locator("[data-model]")).to_have_count(3)


def test_a_model_is_downloaded_as_it_comes_with_shuzi(open_page):
    page = open_page("?view=models")
    card = opened(page, "tiny")
    with page.expect_download() as saved:
        card.get_by_role("link", name="Download .onnx").click()
    assert saved.value.suggested_filename == "tiny.onnx"
    assert saved.value.path().read_bytes() == shipped()["tiny"].read_bytes()


def test_a_model_that_is_gone_says_so_and_the_default_reads(open_sheet, mnist, as_png, paste):
    sheet = open_sheet("?model=0123456789abcdef", refusals=(404,))
    paste(sheet.page, as_png(255 - mnist.test.images[0]))
    expect(sheet.page.get_by_role("alert")).to_be_visible()
    with sheet.read() as answer:
        sheet.page.get_by_role("button", name="Read with the default model").click()
    assert answer.text == "7"
    expect(sheet.page.get_by_role("alert")).to_have_count(0)
    expect(sheet.page.get_by_role("radio", name="default")).to_be_checked()


def test_a_network_that_the_service_trained_reads_what_is_written_for_it(open_page, api, mnist, paste, as_png):
    training = api.post("v1/training", json={"steps": 100}).json()["id"]
    events = api.get(f"v1/training/{training}/events").text
    assert "event: done" in events
    page = open_page(f"?model={training}")
    expect(page.get_by_role("radio", name="yours")).to_be_checked()
    png = as_png(mnist.test.images[3])
    with Sheet(page).read() as answer:
        paste(page, png)
    expected = api.post("v1/read", files={"picture": png}, params={"model": training}).json()["readings"][0]
    assert answer.text == expected["text"] == "0"
    go_to(page, "Models")
    card = opened(page, training)
    expect(card.get_by_role("rowheader")).to_have_text("your softmax")
    expect(card.get_by_role("link", name="Try it")).to_have_attribute("href", re.compile(f"model={training}"))
