"""Play Fool it as a person would who copies what the machine did."""

import re

from playwright.sync_api import Page

_SIDE = 28


def fool(page: Page) -> None:
    """Let the machine try, and add and erase on the board what it added and erased."""
    page.get_by_role("button", name=re.compile("Let the machine try|让机器试试")).click()
    page.locator(".duel-machine rect").first.wait_for(state="attached")
    changed = page.locator(".duel-machine rect").evaluate_all(
        "(all) => all.map((each) => [each.dataset.is, +each.getAttribute('x'), +each.getAttribute('y')])"
    )
    board = page.get_by_test_id("duel-board")
    board.scroll_into_view_if_needed()
    box = board.bounding_box() or {}
    for tool, kind in ((0, "added"), (1, "erased")):
        page.locator(".duel input[name=tool]").nth(tool).check(force=True)
        for is_, x, y in changed:
            if is_ == kind:
                page.mouse.click(
                    box["x"] + (x + 0.5) * box["width"] / _SIDE, box["y"] + (y + 0.5) * box["height"] / _SIDE
                )
