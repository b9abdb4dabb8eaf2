"""The page in Firefox: ink and a photograph are read, nothing is lost on reload, and nothing goes wrong unseen."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from driving.firefox import FIREFOX, firefox
from driving.pen import strokes_of
from driving.serving import build_standalone

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not FIREFOX, reason="Firefox is missing: apt install firefox-esr"),
]

TEXT = "document.querySelector('output.number')?.dataset.text"
_HAND_IN = """(() => {
  const files = new DataTransfer();
  const bytes = Uint8Array.from(atob("PHOTO"), (each) => each.charCodeAt(0));
  files.items.add(new File([bytes], "photo.png", { type: "image/png" }));
  const input = document.querySelector("[data-testid=pictures]");
  input.files = files.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
})()"""
STEPS = "document.querySelectorAll('.step-dots a')"


@pytest.fixture(scope="module")
def page():
    with firefox() as found:
        yield found


@pytest.fixture(params=["file", "served"])
def place(request):
    """Return the address of an edition."""
    if request.param == "file":
        return (build_standalone() / "shuzi.html").as_uri()
    return request.getfixturevalue("address")


def _read(page, text):
    page.wait_for(f"{TEXT} === {text!r}")


def test_ink_and_a_photograph_are_read(page, place, mnist):
    page.said.clear()
    page.open(place)
    page.write(strokes_of(mnist.test.images[0]), 0.3)
    _read(page, "7")
    page.write(strokes_of(mnist.test.images[2]), 0.6)
    _read(page, "71")
    page.reload()
    _read(page, "71")

    photo = np.full((400, 600), 210, np.uint8)
    photo[100:240, 200:340] -= np.kron(mnist.test.images[0], np.ones((5, 5), np.uint8)) // 2
    content = io.BytesIO()
    Image.fromarray(photo).save(content, "png")
    page.value(_HAND_IN.replace("PHOTO", base64.b64encode(content.getvalue()).decode()))
    _read(page, "7")
    assert page.said == []


def test_every_step_of_learn_opens(page, place):
    page.said.clear()
    page.open(f"{place}?view=learn")
    titles = set()
    for step in range(page.wait_for(f"{STEPS}.length")):
        page.value(f"{STEPS}[{step}].click()")
        page.wait_for(f"{STEPS}[{step}].getAttribute('aria-current') === 'step'")
        titles.add(page.wait_for("document.querySelector('h1')?.textContent"))
    assert len(titles) > step
    assert page.said == []


def test_the_track_of_a_slider_is_coloured_up_to_its_thumb_only(page, place):
    page.open(f"{place}?view=learn&step=loss&split=0.5")
    picture = page.picture(".slider input").astype(int)
    height, width = picture.shape[:2]
    blue = picture[..., 2] - picture[..., 0] > 60
    track = blue[height // 2 - 1 : height // 2 + 1].any(axis=0)
    assert track[: width // 3].mean() > 0.9
    assert not track[2 * width // 3 :].any()
