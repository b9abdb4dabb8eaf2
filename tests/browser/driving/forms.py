"""Drives the Forms view: chooses photographs and a spec, has them read, and saves the table."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page


def choose(page: Page, folder: Path, *photos: str) -> None:
    """Choose photographs, and the spec and roster beside them."""
    page.get_by_test_id("photographs").set_input_files([folder / each for each in photos])
    page.get_by_test_id("sheets").select_option("own")
    page.get_by_test_id("spec").set_input_files(folder / "scores.toml")
    page.get_by_test_id("roster").set_input_files(folder / "class.csv")


def read(page: Page) -> None:
    """Read the chosen files."""
    page.get_by_role("button", name="Read", exact=True).click()


def saved(page: Page, name: str) -> bytes:
    """Press a button, and return the file that it saves."""
    with page.expect_download() as found:
        page.get_by_role("button", name=name).click()
    return found.value.path().read_bytes()
