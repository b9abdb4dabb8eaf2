"""Loops of lessons move only when asked, and can be paused, without a script too."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

LOOPS = ("06-templates", "07-hidden-layer", "10-convolution")
CONTROLS = {"": ("Pause", "Play"), "zh/": ("暂停", "播放")}


def film(page):
    """Unfold the loop of a lesson and return its picture."""
    page.locator("details:has(.film) > summary").click()
    image = page.locator(".film img:visible")
    expect(image).to_have_js_property("complete", value=True)
    return image


def state(image):
    return image.evaluate("image => image.getAnimations()[0].playState")


@pytest.mark.parametrize("language", CONTROLS)
@pytest.mark.parametrize("lesson", LOOPS)
def test_a_loop_is_paused_and_goes_on_without_a_script(browser, served_site, lesson, language):
    page = browser.new_page(java_script_enabled=False, reduced_motion="no-preference")
    page.goto(f"{served_site}{language}course/{lesson}/index.html")
    expect(page.locator("article img[src*='-still-']:visible")).to_have_count(1)
    expect(page.locator(".film")).to_be_hidden()
    image = film(page)
    shown = page.locator(".film > div").evaluate("window => window.clientHeight")
    frames = page.locator(".film").evaluate("film => Number(film.style.getPropertyValue('--frames'))")
    assert image.evaluate("image => image.clientHeight") == pytest.approx(frames * shown, rel=0.01)
    assert state(image) == "running"
    control = page.get_by_role("checkbox", name=CONTROLS[language][0])
    control.press("Space")
    assert state(image) == "paused"
    control.press("Space")
    assert state(image) == "running"
    page.close()


@pytest.mark.parametrize("language", CONTROLS)
def test_a_loop_rests_where_less_motion_is_wanted(browser, served_site, language):
    page = browser.new_page(reduced_motion="reduce")
    page.goto(f"{served_site}{language}course/07-hidden-layer/index.html")
    image = film(page)
    assert state(image) == "paused"
    page.get_by_role("checkbox", name=CONTROLS[language][1]).press("Space")
    assert state(image) == "running"
    page.close()
