"""The network below the sheet: its numbers are ONNX Runtime's, its stages lead into Learn, and all is in sight."""

import re
import shutil

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper
from playwright.sync_api import expect

from driving.browsing import watched_pages
from driving.pen import strokes_of
from driving.reading_numbers import numbers_in
from driving.serving import serving
from driving.sheet import Sheet
from driving.tour import settle
from shuzi.models.store import shipped

pytestmark = pytest.mark.browser

SCREENS = {
    "laptop": {"viewport": {"width": 1280, "height": 800}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}
DIGIT_ONE = [[(14, 5), (14, 14), (14, 23)]]


def _ink(mnist, digit):
    return strokes_of(mnist.test.images[np.flatnonzero(mnist.test.labels == digit)[0]])


def _scores(name, image):
    """Return the input of a shipped model's softmax, float32 (10,)."""
    model = onnx.load(shipped()[name])
    (last,) = [node for node in model.graph.node if "probabilities" in node.output]
    model.graph.output.append(helper.make_tensor_value_info(last.input[0], TensorProto.FLOAT, None))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (scores,) = session.run([last.input[0]], {"images": np.asarray(image, np.float32)[None]})
    return scores[0]


def _map(name, convolution, image):
    """Return the sums of a shipped model's convolution, float32 (channels, rows, columns)."""
    model = onnx.load(shipped()[name])
    output = f"{convolution}/conv:0"
    model.graph.output.append(helper.make_tensor_value_info(output, TensorProto.FLOAT, None))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (sums,) = session.run([output], {"images": np.asarray(image, np.float32)[None]})
    return sums[0]


@pytest.mark.parametrize("screen", SCREENS)
def test_writing_answer_inside_and_training_are_in_sight(open_sheet, mnist, screen):
    options = SCREENS[screen]
    sheet = open_sheet(**options)
    page = sheet.page
    expect(page.locator(".inside")).to_have_count(0)  # nothing is written yet
    assert sheet.write(_ink(mnist, 4), 0.3).text == "4"
    sheet.write(_ink(mnist, 2), 0.7)
    expect(page.locator(".inside-stage")).to_have_count(4)
    expect(page.locator(".inside-bars .best")).to_have_count(2)
    seen = [sheet.canvas, sheet.number, page.locator(".verdict").first]
    if screen == "laptop":
        seen += [page.locator(".inside-train"), *page.locator(".inside-stage").all()]
    for name, language in (("EN", "en"), ("中", "zh-Hans")):
        page.get_by_role("button", name=name, exact=True).click()
        expect(page.locator("html")).to_have_attribute("lang", language)
        settle(page)
        assert page.evaluate("scrollY") == 0
        link, flow = (page.locator(part).bounding_box() for part in (".inside-film", ".inside-flow"))
        assert link["y"] + link["height"] <= flow["y"]
        for each in seen:
            box = each.bounding_box()
            assert min(box["x"], box["y"]) >= 0, each
            assert box["x"] + box["width"] <= options["viewport"]["width"], each
            assert box["y"] + box["height"] <= options["viewport"]["height"], each


def test_a_model_of_ones_own_is_not_drawn_as_an_empty_one(browser, tmp_path):
    shutil.copy(shipped()["tiny"], tmp_path / "mine.onnx")
    with serving("--model", str(tmp_path / "mine.onnx")) as address, watched_pages(browser, address) as open_path:
        sheet = Sheet(open_path("?view=write"))
        sheet.write(DIGIT_ONE, 0.5)
        expect(sheet.page.get_by_text("mine is computed by the service")).to_be_visible()
        expect(sheet.page.locator(".inside-stage")).to_have_count(1)
        sheet.page.get_by_role("radio", name="tiny").check()
        expect(sheet.page.locator(".inside-stage")).to_have_count(4)


@pytest.mark.parametrize("screen", SCREENS)
def test_nothing_moves_while_one_writes(open_sheet, mnist, screen):
    sheet = open_sheet(**SCREENS[screen])
    still = [sheet.canvas, *(sheet.page.get_by_role("button", name=name) for name in ("Undo", "Clear"))]
    before = [each.bounding_box() for each in still]
    sheet.write(_ink(mnist, 7), 0.3)
    if screen == "laptop":
        stages = sheet.page.locator(".inside-stage").all()
        still += stages
        before += [stage.bounding_box() for stage in stages]
    sheet.write(_ink(mnist, 5), 0.6)
    expect(sheet.page.locator(".inside-bars .best")).to_have_count(2)
    assert [each.bounding_box() for each in still] == before


@pytest.mark.parametrize("model", ["default", "tiny", "softmax"])
def test_the_scores_are_the_networks(open_sheet, mnist, model):
    sheet = open_sheet(f"?model={model}")
    answer = sheet.write(_ink(mnist, 3))
    expected = _scores(model, answer.reading["digits"][0]["image"])
    settle(sheet.page)  # while one writes, the bars are those of unfinished ink
    bars = sheet.page.locator(".inside-stage").nth(2).locator("[title]")
    expect(bars).to_have_count(10)
    found = [numbers_in(each.get_attribute("title").split(":")[1])[0] for each in bars.all()]
    assert found == pytest.approx(expected.tolist(), abs=0.03)  # the page has the weights at half precision
    best = sheet.page.locator(".inside-bars .best .numbers")
    assert best.all_inner_texts() == [str(expected.argmax())] * 2


def test_the_last_digit_is_drawn_until_another_is_chosen(open_sheet, mnist):
    sheet = open_sheet("?closer=open")
    page = sheet.page
    sheet.write(_ink(mnist, 4), 0.7)
    assert sheet.write(DIGIT_ONE, 0.3).text == "14"
    best = page.locator(".inside-bars .best .numbers")
    expect(best.first).to_have_text("1")
    sheet.cards.nth(1).locator(".card-head").press("Enter")
    expect(best.first).to_have_text("4")


def test_the_network_follows_the_pen_before_it_is_lifted(open_sheet, mnist):
    sheet = open_sheet()
    best = sheet.page.locator(".inside-bars .best .numbers")
    sheet.write(_ink(mnist, 4), 0.3)
    expect(best.first).to_have_text("4")
    (stroke,) = sheet.placed(DIGIT_ONE, 0.7)
    mouse = sheet.page.mouse
    mouse.move(*stroke[0])
    mouse.down()
    mouse.move(*stroke[-1], steps=12)
    expect(best.first).to_have_text("1")
    expect(sheet.number).to_have_attribute("data-text", "4")
    with sheet.read() as answer:
        mouse.up()
    assert answer.text == "41"
    expect(best.first).to_have_text("1")


@pytest.mark.parametrize(("model", "first"), [("tiny", "conv2d"), ("default", "conv2d_1")])
def test_a_click_on_a_map_opens_its_arithmetic_with_my_digit(open_sheet, mnist, model, first):
    sheet = open_sheet(f"?model={model}")
    page = sheet.page
    answer = sheet.write(_ink(mnist, 7))
    page.locator(".inside-column").first.locator("canvas").nth(2).click()
    chosen = page.get_by_role("group", name="Feature maps").get_by_role("radio", checked=True)
    channel = (
        int(chosen.evaluate("each => each.closest('label').querySelector('canvas').ariaLabel.split(' ')[1]")) - 1
    )
    products = page.get_by_role("table", name=re.compile("The window at row"))
    expect(products.get_by_role("cell")).to_have_count(25)
    told = page.locator(".map-sum [role=status]")
    terms = [
        [float(part.replace("\N{MINUS SIGN}", "-")) for part in cell.split("×")]
        for cell in products.locator("td").all_inner_texts()
    ]
    total = float(re.search(r"add up to (\S+)\.", told.inner_text())[1].replace("\N{MINUS SIGN}", "-"))
    assert sum(value * weight for value, weight in terms) == pytest.approx(total, abs=0.6)  # of 25 rounded products
    values = _map(model, first, answer.reading["digits"][0]["image"])[channel]
    assert np.abs(values - total).min() < 0.03 + 0.01 * abs(total)  # the page has the weights at half precision
    grid = page.get_by_role("grid", name=f"Map {channel + 1} of layer 1")
    before = products.inner_text()
    grid.press("ArrowDown")
    expect(products).not_to_have_text(before)
    page.get_by_role("group", name="Feature maps").get_by_role("radio").nth(7).check()
    expect(told).to_contain_text("Over all")


def test_each_stage_leads_to_its_step_with_my_digit(open_sheet, mnist, expect_query):
    sheet = open_sheet()
    page = sheet.page
    with sheet.explained() as answer:
        sheet.write(_ink(mnist, 7))
    scores = _scores("default", answer.reading["digits"][0]["image"]).clip(-10, 10)
    page.get_by_role("button", name="Feature maps").click()
    page.get_by_role("link", name="Try it yourself: Convolution").click()
    expect_query(page, view="learn", step="convolution", look="mine")
    expect(page.get_by_role("radio", name="My digit")).to_be_checked()
    page.go_back()
    page.get_by_role("link", name="Ten scores").click()
    expect_query(page, view="learn", step="softmax")
    sliders = page.get_by_role("slider", name=re.compile(r"^Score of \d"))
    expect(sliders).to_have_count(10)
    found = [float(each.input_value()) for each in sliders.all()]
    assert found == pytest.approx(scores.tolist(), abs=0.08)
    page.go_back()
    page.get_by_role("link", name="Train one yourself").click()
    expect_query(page, step="train")
    page.go_back()
    page.get_by_role("radio", name="softmax").check()
    page.get_by_role("link", name="Ten templates").click()
    expect_query(page, step="template")
    expect(page.get_by_role("radio", name="My digit")).to_be_checked()
