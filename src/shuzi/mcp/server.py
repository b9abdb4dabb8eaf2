"""Serve a reader and some folders to assistants, over standard input and output."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from threading import Lock
from typing import Annotated

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import Field

from shuzi import __version__
from shuzi.errors import PictureError, ShuziError
from shuzi.forms.collect import collect, try_page
from shuzi.forms.parse import beside_file, read_text, spec_of
from shuzi.forms.photographs import in_order, photos_in, read_photographs
from shuzi.forms.read import PageReader
from shuzi.forms.ruled_tables import read_tables
from shuzi.forms.spec import Spec
from shuzi.forms.table_grid import Shape
from shuzi.mcp.answers import Answer, Number, answer_of, number_of
from shuzi.mcp.readable import MOST_PICTURES, Readable
from shuzi.messages import speaking
from shuzi.pictures.folders import single_pictures
from shuzi.pictures.open import Picture
from shuzi.reading.patterns.expression import LONGEST_PATTERN
from shuzi.reading.reader import Reader

_MOST_BYTES = 32 << 20  # bytes of an image passed as base64

_INSTRUCTIONS = """Reads handwritten numbers in pictures on this machine; nothing leaves it.
Every answer has a status. "ok" means that the text can be relied on. "unsure" means that it cannot: say so, give the
alternatives, and have a person look at the picture; never report an unsure number as a fact. "blank" means that
nothing is written there, "not-a-digit" that something else is. Only these folders can be read: {folders}"""

Paths = Annotated[
    list[str],
    Field(description="Files (PNG, JPEG, WebP, GIF, BMP, TIFF, HEIC, PDF, or a page: scan.pdf#2) or folders."),
]
Allowed = Annotated[list[str], Field(description="If what is written must be one of these values: the values.")]
Pattern = Annotated[
    str,
    Field(
        max_length=LONGEST_PATTERN,
        description="If it is known how the whole number is written: a regular expression over digits and . , - / :, "
        "or one of the names integer, amount, date, time, phone. Texts that do not fit are unsure.",
    ),
]
Count = Annotated[int, Field(ge=0, le=99, description="How many there are, if known; 0 if not.")]


def create(reader: Reader, readable: Readable, language: str) -> MCPServer:
    """Make a server with the tools `read_numbers`, `read_image`, `read_table` and `read_form`.

    Parameters
    ----------
    reader
        Reads the pictures.
    readable
        The folders that may be read.
    language
        Of messages: "zh" or "en".
    """
    folders = ", ".join(map(str, readable.folders))
    server = MCPServer(
        "shuzi", version=__version__, instructions=_INSTRUCTIONS.format(folders=folders), log_level="WARNING"
    )
    tools = _Tools(reader, readable, language)
    for tool in (tools.read_numbers, tools.read_image, tools.read_table, tools.read_form):
        server.add_tool(tool, annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False))
    return server


class _Tools:
    """The tools, called from several threads; they read one at a time."""

    def __init__(self, reader: Reader, readable: Readable, language: str) -> None:
        self._reader, self._readable, self._language = reader, readable, language
        self._lock = Lock()

    def read_numbers(
        self, paths: Paths, allowed: Allowed | None = None, pattern: Pattern | None = None
    ) -> list[Number]:
        """Read the handwritten number in each picture. A folder is all pictures in it, a PDF all its pages."""
        with self._reading():
            named = self._readable.pictures(paths)
            pictures = [picture for _, picture in named if not isinstance(picture, ShuziError)]
            readings = self._reader.read_many(pictures, among=allowed or None, pattern=pattern or None)
            return [
                number_of(name, picture if isinstance(picture, ShuziError) else next(readings))
                for name, picture in named
            ]

    def read_image(
        self,
        image: Annotated[str, Field(description="The bytes of a picture file, as base64.")],
        allowed: Allowed | None = None,
        pattern: Pattern | None = None,
    ) -> list[Number]:
        """Read the handwritten number in a picture that is passed as base64, or in each page of a PDF or TIFF."""
        with self._reading():
            pages = [*islice(single_pictures(_decoded(image)), MOST_PICTURES + 1)]
            if len(pages) > MOST_PICTURES:
                raise PictureError("error.mcp.pictures", most=MOST_PICTURES)
            pictures = list[Picture]()
            for page in pages:
                if isinstance(page, ShuziError):
                    raise page
                pictures.append(page)
            if len(pictures) == 1:
                return [number_of("image", self._reader.read(pictures[0], allowed or None, pattern or None))]
            readings = self._reader.read_many(pictures, allowed or None, pattern or None)
            return [number_of(f"image#{page}", reading) for page, reading in enumerate(readings, start=1)]

    def read_table(self, paths: Paths, rows: Count = 0, columns: Count = 0) -> Answer:
        """Read photographs of tables whose rows and columns are ruled with lines, one number in a cell."""
        with self._reading():
            return answer_of(read_tables(self._reader, self._photographs(paths), Shape(rows, columns)))

    def read_form(
        self, paths: Paths, spec: Annotated[str, Field(description="The .toml file that the form was made with.")]
    ) -> Answer:
        """Read photographs of filled forms that shuzi made or traced, described by a spec."""
        with self._reading():
            pages = PageReader(self._spec(spec), self._reader)
            read = in_order(read_photographs(try_page, pages, self._photographs(paths)))
            return answer_of(collect(pages.spec, read, pages.pages))

    def _photographs(self, paths: list[str]) -> list[tuple[str, Picture | ShuziError]]:
        """Return the readable photographs; a duplicate is an error, as in `shuzi form read`."""
        named = self._readable.pictures(paths)
        errors = [(name, picture) for name, picture in named if isinstance(picture, ShuziError)]
        return [*photos_in([picture for _, picture in named if not isinstance(picture, ShuziError)]), *errors]

    def _spec(self, name: str) -> Spec:
        path = self._readable.path(name)
        file_beside = beside_file(path)

        def beside(what: str, file: str) -> bytes:
            self._readable.path(path.parent / file)  # a spec may name files elsewhere
            return file_beside(what, file)

        return spec_of(read_text(path), path, beside)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Hold the lock, set the language, and turn errors into messages for an assistant."""
        with self._lock, speaking(self._language):
            try:
                yield
            except ShuziError as problem:
                raise ToolError(str(problem)) from problem


def _decoded(image: str) -> bytes:
    content = image.partition(";base64,")[2] if image.startswith("data:") else image
    # the alphabet of addresses, lines and missing signs at the end are base64 too
    content = "".join(content.split()).rstrip("=").replace("-", "+").replace("_", "/")
    if len(content) > _MOST_BYTES * 4 // 3:
        raise PictureError("error.picture.long", path="image", most=_MOST_BYTES)
    try:
        return base64.b64decode(content + "=" * (-len(content) % 4), validate=True)
    except (binascii.Error, ValueError) as problem:
        raise PictureError("error.mcp.base64") from problem
