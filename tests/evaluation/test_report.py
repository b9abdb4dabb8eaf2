import base64
import io
import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

import shuzi
from shuzi.errors import DataError
from shuzi.evaluation.accuracy import calibration, evaluate, robustness
from shuzi.evaluation.report import Findings, write_report
from shuzi.messages import say, speaking

_VOID = {"meta", "img", "br", "link", "input", "hr"}


class Page(HTMLParser):
    """Parses a page and rejects tags that are not properly nested."""

    def __init__(self, path):
        super().__init__()
        self.open, self.tags, self.words = [], [], []
        self.source = path.read_text(encoding="utf-8")
        self.feed(self.source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, text):
        self.words.append(text)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]

    def pictures(self, pattern):
        return [each for each in self.all("img") if re.search(pattern, each["alt"])]


@pytest.fixture(scope="module")
def judged(mnist):
    def judge(model, count=10_000):
        reader = shuzi.load(model)
        shares, labels = reader.classify(mnist.test.images[:count]), mnist.test.labels[:count]
        hardship = robustness(reader.classify, mnist.test.images[:20], mnist.test.labels[:20])
        return Findings(evaluate(shares, labels), calibration(shares, labels), hardship), reader.card

    return judge


@pytest.fixture
def page(judged, mnist, tmp_path):
    def write(model, count=10_000, name=None):
        found, card = judged(model, count)
        card = replace(card, name=name or card.name)
        return Page(write_report(tmp_path / "deep" / "report", model, found, mnist.test, card)), found.evaluation

    return write


@pytest.mark.parametrize(("language", "code"), [("zh", "zh-CN"), ("en", "en")])
def test_the_page_speaks_the_language_and_needs_nothing_else(finished_run, page, language, code):
    with speaking(language):
        written, found = page(finished_run())
        for key in ("report.loss", "report.validation", "report.weights", "report.gallery", "report.digits.note"):
            assert say(key) in written.text
    assert written.all("html") == [{"lang": code}]
    assert f"{100 * found.score.accuracy:.2f}%" in written.text
    if language == "en":
        assert not re.search(r"[\u4e00-\u9fff]", written.text)
    assert not {"script", "link", "iframe", "object", "base"} & {tag for tag, _ in written.tags}
    for _, attributes in written.tags:
        for name in ("src", "href", "xlink:href", "srcset", "data", "action", "poster"):
            assert (attributes.get(name) or "#").startswith(("#", "data:image/png;base64,"))
        assert not [name for name in attributes if name.startswith("on")]
    assert not re.search(r"@import|url\(\s*['\"]?(?!#)", written.source)


def test_a_softmax_run_shows_its_curves_and_ten_pictures_of_weights(finished_run, page):
    written, _ = page(finished_run())
    assert len(written.all("svg")) == 2
    weights = written.pictures("^Weights of digit")
    assert [each["alt"][-1] for each in weights] == list("0123456789")
    assert len({each["src"] for each in weights}) == 10


def test_lines_of_metrics_that_hold_no_numbers_do_not_spoil_the_curves(finished_run, page, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(finished_run(), run)
    with (run / "metrics.jsonl").open("a") as file:
        for value in ('"low"', "null", "NaN", "-Infinity", "[]", "true", "1" + "0" * 400, "-9e29"):
            file.write(f'{{"step": 2001, "loss": {value}}}\n{{"step": {value}, "loss": 1.0}}\n')
    written, _ = page(run)
    assert len(written.all("svg")) == 2


def test_the_weights_of_a_digit_are_blue_where_ink_counts_for_it(finished_run, page):
    import onnx

    graph = onnx.load(finished_run() / "model.onnx").graph
    (w,) = [a for a in map(onnx.numpy_helper.to_array, graph.initializer) if a.shape == (784, 10)]
    written, _ = page(finished_run())
    for digit, each in enumerate(written.pictures("^Weights of digit")):
        red, _, blue = np.moveaxis(_decoded(each).astype(int), 2, 0)
        weights = w[:, digit].reshape(28, 28)
        strong = np.abs(weights) > np.abs(w).max() / 4
        np.testing.assert_array_equal((blue > red)[strong], (weights > 0)[strong])


def test_another_network_shows_no_weights_and_a_bare_model_no_curves(finished_run, page):
    written, _ = page(finished_run("mlp", steps=100))
    assert written.pictures("^Weights") == []
    written, _ = page(finished_run() / "model.onnx")
    assert written.all("svg") == []
    assert len(written.pictures("^Weights")) == 10


def _decoded(attributes):
    content = base64.b64decode(attributes["src"].partition(",")[2])
    return np.asarray(Image.open(io.BytesIO(content)))


def test_the_gallery_shows_the_most_confident_mistakes_as_they_are(finished_run, page, mnist):
    written, found = page(finished_run())
    shown = written.pictures("^Image .*, label")
    assert len(shown) == 60 < len(found.mistakes)
    for each, mistake in zip(shown, found.mistakes, strict=False):
        assert each["alt"] == f"Image {mistake.index}, label {mistake.label}"
        np.testing.assert_array_equal(_decoded(each), 255 - mnist.test.images[mistake.index])
    assert f"The 60 most confident of {len(found.mistakes)} mistakes" in written.text


@pytest.mark.parametrize(("count", "any_wrong"), [(1, False), (60, True)])
def test_few_mistakes_make_a_small_gallery_and_none_makes_none(finished_run, page, count, any_wrong):
    written, found = page(finished_run(), count)
    assert len(written.pictures("^Image .*, label")) == len(found.mistakes) < 60
    assert (say("report.gallery") in written.text) == bool(found.mistakes) == any_wrong


def test_the_tables_hold_the_counts(finished_run, page):
    written, found = page(finished_run())
    cells = re.findall(r"<td[^>]*>(\d*)</td>", written.source)
    confusion = np.array([int(cell or 0) for cell in cells[:100]]).reshape(10, 10)
    np.testing.assert_array_equal(confusion, found.confusion)
    assert [int(cell) for cell in cells[100:]] == found.confusion.sum(axis=1).tolist()
    for share in [*found.precision, *found.recall]:
        assert f"{share:.1%}" in written.text


def test_what_a_card_says_is_text_and_never_markup(finished_run, page):
    name = "<script>alert('&')</script>"
    written, _ = page(finished_run(), 100, name)
    assert written.all("script") == []
    assert f"Evaluation of {name}" in written.text


def test_an_older_page_is_replaced_and_a_place_that_cannot_be_written_is_an_error(
    finished_run, judged, mnist, tmp_path
):
    found, card = judged(finished_run(), 100)
    (tmp_path / "index.html").write_text("old", "utf-8")
    assert Page(write_report(tmp_path, finished_run(), found, mnist.test, card)).text
    with pytest.raises(DataError, match="Cannot write"):
        write_report(tmp_path / "index.html", finished_run(), found, mnist.test, card)


def test_the_page_tells_of_confidence_and_of_disturbed_images(page, finished_run):
    text = page(finished_run())[0].text
    assert "Calibration" in text
    for name in ("noise", "thin strokes", "occlusion"):
        assert name in text
