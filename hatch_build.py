"""The message catalogues (.po) become what gettext reads (.mo), whenever the package is built or installed."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

CATALOGUES = Path(__file__).parent / "src" / "shuzi" / "messages"


def compile_catalogues() -> None:
    for source in CATALOGUES.glob("*/LC_MESSAGES/*.po"):
        with source.open("rb") as lines:
            catalogue = read_po(lines, locale=source.parent.parent.name, abort_invalid=True)
        with source.with_suffix(".mo").open("wb") as binary:
            write_mo(binary, catalogue)


class CatalogueHook(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "sdist":
            compile_catalogues()


if __name__ == "__main__":
    compile_catalogues()
