"""What may be wrong with any state of the page: sentences, accessibility, focus, and what does not fit on a phone."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page

FINGER = 24  # CSS pixels, the minimum in WCAG 2.2 (2.5.8)

# every visible or spoken text, with the language declared around it
_TEXTS = """() => {
  const found = [];
  const note = (element, text) => {
    if (text && /\\p{L}/u.test(text)) found.push([element.closest("[lang]")?.lang ?? "", text.trim()]);
  };
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.parentElement.closest("script, style, noscript")) note(node.parentElement, node.data);
  }
  for (const element of document.querySelectorAll("*")) {
    for (const name of ["aria-label", "aria-valuetext", "title", "alt", "placeholder"]) {
      note(element, element.getAttribute(name));
    }
  }
  return found;
}"""
_CHINESE = re.compile("[一-鿿]")
_ENGLISH = re.compile(r"\b[A-Za-z]{2,}[ ,:’'-]+[A-Za-z]{2,}[ ,:’'-]+[A-Za-z]{2,}")
_NAME = "shuzi 数字"  # the same in both
# a key instead of a sentence, or an invalid value
_UNFINISHED = re.compile(
    r"\b(?:shell|view|error|write|learn|models|forms|hand)\.[a-z]+(?:[._-][a-z]+)*|undefined|NaN|null|\[object|\$\{"
)

_AXE = """async () => {
  const { violations } = await axe.run(document, {
    resultTypes: ["violations"], rules: { "target-size": { enabled: true } },
  });
  return violations
    .filter(({ impact }) => ["serious", "critical"].includes(impact))
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 4).map(({ html }) => html).join(" ")}`);
}"""

# the stops of Tab, in order; of a radio group, the checked button or else the first; of a table, what
# scrolls, since its cells are for the arrows
_REACHABLE = """() => {
  const number = (element, place) => { element.dataset.place = place; };
  const wanted = "a[href], button:not(:disabled), input:not(:disabled), select, summary, [tabindex='0'], .forms-grid";
  const group = (element) => [...document.querySelectorAll(`input[type=radio][name="${element.name}"]`)];
  const stop = (element) => group(element).find(({ checked }) => checked) ?? group(element)[0];
  const elements = [...document.querySelectorAll(wanted)].filter((element) =>
    (element.checkVisibility() || element.matches(".skip")) &&
    (element.type !== "radio" || element === stop(element)) &&
    element.getAttribute("tabindex") !== "-1");
  elements.forEach(number);
  return elements.length;
}"""
_FOCUSED = """() => {
  const element = document.activeElement;
  (element.labels?.[0] ?? element).scrollIntoView({ block: "nearest" });
  const surroundings = [];
  for (let around = element.parentElement; around && surroundings.length < 3; around = around.parentElement) {
    surroundings.push(around.className);
  }
  return {
    place: element.dataset.place === undefined ? null : Number(element.dataset.place),
    kind: [element.tagName, element.type, element.className, ...surroundings].join(" "),
  };
}"""
_TO_THE_TOP = "(body) => { body.tabIndex = -1; body.focus(); body.removeAttribute('tabindex'); }"

_TOO_WIDE = """() => {
  const faults = [];
  if (innerWidth > screen.width) faults.push(`the page is ${innerWidth} wide`);
  for (const element of document.querySelectorAll("*")) {
    const { overflowX } = getComputedStyle(element);
    const scrolls = element === document.documentElement || ["auto", "scroll"].includes(overflowX);
    if (scrolls && element.scrollWidth > element.clientWidth) faults.push(`scrolls sideways: ${element.outerHTML}`);
  }
  return faults.map((fault) => fault.slice(0, 200));
}"""
_TOO_SMALL = """(least) => {
  const within = "main a[href], main button, main input:not([type=file]), header a, header button, footer a";
  return [...document.querySelectorAll(within)].filter((element) => {
    // where a label belongs to a control, it can be pressed as well
    const pressed = element.labels?.length ? [element, ...element.labels] : [element];
    const sizes = pressed.map((each) => each.getBoundingClientRect()).filter(({ width }) => width > 0);
    return sizes.length > 0 && !sizes.some(({ width, height }) => width >= least && height >= least);
  }).map((element) => `${element.outerHTML.slice(0, 120)} ${JSON.stringify(element.getBoundingClientRect())}`);
}"""


def wrong_texts(page: Page, language: str) -> list[str]:
    """Return the texts that are unfinished or in the other language."""
    found = []
    for marked, text in page.evaluate(_TEXTS):
        other = _CHINESE if language == "en" else _ENGLISH
        spoken = "en" if marked.startswith("en") else "zh"
        if _UNFINISHED.search(text) or (spoken == language and other.search(text.replace(_NAME, ""))):
            found.append(text)
    return found


def violations(page: Page, axe: Path) -> list[str]:
    """Return what axe-core calls serious or critical."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(axe.read_text("utf-8"))
    return list(page.evaluate(_AXE))


def lost_focus(page: Page, shown: set[str]) -> list[str]:
    """Tab through all that can be used; return stops out of order, and kinds of elements that do not show the focus.

    Parameters
    ----------
    page
        The page.
    shown
        Kinds of elements that are known to show it, to which those of this page are added.
    """
    faults = []
    page.evaluate("document.activeElement.blur()")
    page.evaluate("scrollTo(0, 0)")
    page.locator("body").evaluate(_TO_THE_TOP)
    for place in range(page.evaluate(_REACHABLE)):
        page.keyboard.press("Tab")
        stop = page.evaluate(_FOCUSED)
        if stop["place"] != place:
            return [*faults, f"stop {place} is {stop}"]  # the next would be, too
        if stop["kind"] in shown:
            continue
        shown.add(stop["kind"])
        focused = page.screenshot(animations="disabled")
        page.evaluate("window.left = document.activeElement, window.left.blur()")
        if page.screenshot(animations="disabled") == focused:
            faults.append(f"no focus is seen on {stop['kind']}")
        page.evaluate("window.left.focus()")
    return faults


def too_wide(page: Page) -> list[str]:
    """Return what scrolls sideways."""
    return list(page.evaluate(_TOO_WIDE))


def too_small(page: Page) -> list[str]:
    """Return what can be pressed and is too small for a finger."""
    return list(page.evaluate(_TOO_SMALL, FINGER))
