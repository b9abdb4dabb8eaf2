"""Message catalogues (.po) become what gettext reads (.mo); README becomes the description that an index shows."""

import os
import re
import tomllib
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

ROOT = Path(__file__).parent
CATALOGUES = ROOT / "src" / "shuzi" / "messages"
PAGE = ROOT / "src" / "shuzi" / "service" / "page" / "index.html"
PLACEHOLDER = ".invalid/"  # RFC 2606: never the address of anything
LINK = re.compile(r"(!?\[[^\]]*\])\((?![a-z]+:|#)([^)\s]+)\)")


def compile_catalogues() -> None:
    for source in CATALOGUES.glob("*/LC_MESSAGES/*.po"):
        with source.open("rb") as lines:
            catalogue = read_po(lines, locale=source.parent.parent.name, abort_invalid=True)
        written = source.with_suffix(f".{os.getpid()}.mo")  # what runs beside it reads whole files
        with written.open("wb") as binary:
            write_mo(binary, catalogue)
        written.replace(source.with_suffix(".mo"))


def public_address(name: str = "repository") -> str | None:
    """Return a public address, None while pyproject.toml has a placeholder."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    address: str = settings["tool"]["shuzi"][name].rstrip("/")
    return None if PLACEHOLDER in address + "/" else address


def own_version() -> str:
    (version,) = re.findall('__version__ = "(.+)"', (ROOT / "src" / "shuzi" / "__init__.py").read_text("utf-8"))
    return str(version)


def with_absolute_links(text: str, address: str, version: str) -> str:
    """Make the links of a page in the root folder absolute; an index shows the page far from the files."""

    def absolute(link: re.Match[str]) -> str:
        kind = "raw" if link[1].startswith("!") else "blob"
        return f"{link[1]}({address}/{kind}/v{version}/{link[2]})"

    return LINK.sub(absolute, text)


class CatalogueHook(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "sdist":
            compile_catalogues()
        elif not PAGE.is_file():  # wheels are built from sdists to publish, and from folders to try
            raise SystemExit(
                "The page is not built, and would be missing: run make page first · 还没有构建网页：请先 make page"
            )


class AddressHook(MetadataHookInterface):
    def update(self, metadata: dict[str, Any]) -> None:
        address, text = public_address(), (ROOT / "README.md").read_text("utf-8")
        metadata["urls"] = {}
        if address is not None:
            version = own_version()
            text = with_absolute_links(text, address, version)
            metadata["urls"] = {
                "Source": address,
                "Issues": f"{address}/issues",
                "Changelog": f"{address}/blob/v{version}/CHANGELOG.md",
            }
        if (documentation := public_address("documentation")) is not None:
            metadata["urls"]["Documentation"] = documentation
        metadata["readme"] = {"content-type": "text/markdown", "text": text}


if __name__ == "__main__":
    compile_catalogues()
