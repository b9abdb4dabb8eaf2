"""Light and dark, and a phone that is held sideways."""

import re

import pytest
from playwright.sync_api import expect

from driving.faults import FINGER, too_wide

pytestmark = pytest.mark.browser

# the lightness, 0 to 1, of an element's background and text, in any CSS colour notation
LIGHTNESS = """(element) => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return ["backgroundColor", "color"].map((name) => {
    context.fillStyle = getComputedStyle(element)[name];
    context.fillRect(0, 0, 1, 1);
    const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
    return (0.3 * red + 0.6 * green + 0.1 * blue) / 255;
  });
}"""

# the median lightness, 0 to 255, of a canvas's drawing
MEDIAN = """(drawn) => {
  const copy = Object.assign(document.createElement("canvas"), { width: drawn.width, height: drawn.height });
  const context = copy.getContext("2d", { willReadFrequently: true });
  context.drawImage(drawn, 0, 0);
  const { data } = context.getImageData(0, 0, copy.width, copy.height);
  const greens = data.filter((_, place) => place % 4 === 1 && data[place + 2] > 200);
  return greens.sort()[greens.length >> 1];
}"""


def _theme(page):
    paper, ink = page.locator("html").evaluate(LIGHTNESS)
    assert abs(paper - ink) > 0.6
    return "light" if paper > ink else "dark"


def test_the_theme_is_the_systems_until_one_is_chosen(open_page):
    page = open_page(theme="dark")
    expect(page.locator("h1")).to_be_visible()
    assert _theme(page) == "dark"
    page.emulate_media(color_scheme="light")
    assert _theme(page) == "light"
    switch = page.get_by_role("button", name=re.compile("^Theme"))
    for chosen, theme in (("Light", "light"), ("Dark", "dark")):
        switch.click()
        expect(switch).to_have_accessible_name(f"Theme: {chosen}")
        assert _theme(page) == theme
    page.reload()
    expect(switch).to_have_accessible_name("Theme: Dark")
    assert _theme(page) == "dark"
    switch.click()
    expect(switch).to_have_accessible_name("Theme: System")
    assert _theme(page) == "light"


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_ink_and_images_are_drawn_anew_in_another_theme(open_sheet, motion):
    sheet = open_sheet("?closer=open", reduced_motion=motion)
    with sheet.explained():
        sheet.write([[(14, 5), (14, 14), (14, 23)]])
    seen = sheet.page.get_by_role("img", name="Digit 1 as the network saw it, 28x28 pixels")
    for theme in ("light", "dark", "light"):
        sheet.page.emulate_media(color_scheme=theme, reduced_motion=motion)
        # most of the 28x28 is paper; the canvas has ink only
        for canvas, light in ((sheet.canvas, theme == "dark"), (seen, theme == "light")):
            arguments = [canvas.element_handle(), light]
            sheet.page.wait_for_function(f"([canvas, light]) => (({MEDIAN})(canvas) > 128) === light", arg=arguments)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_character_is_legible_under_the_pointer_that_has_just_chosen_it(open_sheet, theme):
    sheet = open_sheet(theme=theme)
    with sheet.explained():
        sheet.write([[(14, 5), (14, 14), (14, 23)]])
    sheet.page.get_by_role("button", name="Correct").click()
    chosen = sheet.page.locator(".characters").get_by_role("button", name="7", exact=True)
    chosen.click()
    expect(chosen).to_have_attribute("data-mine", "true")
    chosen.hover()
    background, text = chosen.evaluate(LIGHTNESS)
    assert abs(background - text) > 0.4


SIDEWAYS = {"viewport": {"width": 740, "height": 360}, "has_touch": True, "is_mobile": True}
TOUCHED = {
    "": ".sheet canvas",
    "?view=learn": ".pixel-grid, .touchable canvas",
    "?view=learn&step=softmax": ".softmax-choice label",
    "?view=learn&step=train": ".train-knobs label",
    "?view=duel&look=7": ".duel-board",
    "?view=film&stop=scores": ".film-screen",
    "?view=forms": ".forms-read button",
    "?view=models": ".one-digit a",
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_phone_held_sideways_shows_at_once_what_is_touched(open_page, language):
    page = open_page("?view=models", language=language, reduced_motion="reduce", **SIDEWAYS)
    found = {}
    for path, touched in TOUCHED.items():
        page.goto(path)
        place = page.locator(touched).first
        place.wait_for()
        box = place.bounding_box()
        if faults := too_wide(page) + [f"from {box['y']}"] * (box["y"] + FINGER > 360):
            found[path] = faults
    assert found == {}
