"""On paper: dark ink in its proportions, boxes around it, and nothing to press, whatever the theme of the screen."""

import numpy as np
import pypdfium2
import pytest

from driving.pen import strokes_of
from driving.tables import table_of
from shuzi.forms.output import save_table

pytestmark = pytest.mark.browser

WIDTH, HEIGHT = 760, 1075  # CSS pixels of A4 without its margins, about


def _printed(page):
    """Print a page; return its first sheet as BGR, one pixel per CSS pixel."""
    document = pypdfium2.PdfDocument(page.pdf(width=f"{WIDTH}px", height=f"{HEIGHT}px"))
    return document[0].render(scale=96 / 72).to_numpy()[..., :3].astype(int)


def _place_on_paper(page, locator):
    """Return where an element is on paper: x, y, width and height."""
    page.emulate_media(media="print")
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    frame = locator.bounding_box()
    page.emulate_media(media="screen")
    return [round(frame[name]) for name in ("x", "y", "width", "height")]


def _around(mask):
    """Return the left, top, right and bottom of the True pixels."""
    ys, xs = np.nonzero(mask)
    return np.array([xs.min(), ys.min(), xs.max(), ys.max()])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_ink_is_dark_and_not_stretched_and_the_boxes_are_around_it(open_sheet, mnist, theme):
    sheet = open_sheet(theme=theme)
    strokes = strokes_of(mnist.test.images[0])
    with sheet.explained() as answer:
        sheet.write(strokes, 0.5, 0.6)
    assert answer.text == "7"
    written = np.concatenate(sheet.placed(strokes, 0.5, 0.6))
    pen = 0.05 * sheet.canvas.bounding_box()["height"]
    wide, tall = np.ptp(written, axis=0) + pen
    paper = _printed(sheet.page)
    x, y, width, height = _place_on_paper(sheet.page, sheet.page.locator(".sheet"))
    inside = paper[y + 3 : y + height - 3, x + 3 : x + width - 3]
    blue, green, red = (inside[..., place] for place in range(3))
    ink = inside.max(axis=2) < 110
    assert ink.sum() > 300
    left, top, right, bottom = _around(ink)
    assert (right - left) / (bottom - top) == pytest.approx(wide / tall, rel=0.08)
    box = _around((blue - red > 60) & (green < 160))
    room = np.array([left, top, right, bottom]) - box
    assert (room[:2] > 0).all()
    assert (room[2:] < 0).all()
    assert np.abs(room).max() < 20  # close around it, not somewhere else


def test_what_cannot_be_pressed_on_paper_is_not_there(open_sheet, mnist):
    sheet = open_sheet()
    sheet.write(strokes_of(mnist.test.images[0]))
    assert _seen(sheet.page, "main button:not(.card *, .inside-stage), header button, header nav a, main input") == []
    assert sheet.page.locator(".number").is_visible()


@pytest.mark.parametrize(("path", "stays"), [("learn&step=train", ".chart"), ("duel&look=7", ".duel-answer")])
def test_of_a_step_and_a_duel_only_what_says_something_is_on_paper(open_page, path, stays):
    page = open_page(f"?view={path}")
    page.locator(stays).first.wait_for()
    assert _seen(page, "main :is(button, input, summary, .guess, .check)") == []
    assert page.locator(stays).first.is_visible()


def test_all_rows_of_a_table_are_on_paper(open_page, tmp_path):
    save_table(table_of(120), tmp_path / "table.json")
    page = open_page("?view=forms")
    page.get_by_test_id("table-file").set_input_files(tmp_path / "table.json")
    page.get_by_test_id("remaining").wait_for()
    paper = pypdfium2.PdfDocument(page.pdf(format="A4"))
    words = "".join(sheet.get_textpage().get_text_bounded() for sheet in paper).split()
    assert set(words) >= {f"{row:03}" for row in range(120)}


def _seen(page, selector):
    """Return what can be seen of these elements on paper."""
    page.emulate_media(media="print")
    return page.locator(selector).evaluate_all(
        "(all) => all.filter((each) => each.checkVisibility()).map((each) => each.outerHTML)"
    )
