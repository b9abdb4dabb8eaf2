"""Serve a reader and some folders to assistants, over standard input and output.

Answers are short, with every doubt stated. Only files in the readable folders are read.
"""

from __future__ import annotations

import base64
import binascii
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Annotated, Any, TypeVar

from anyio import AsyncFile, from_thread
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.stdio import stdio_server
from mcp.types import CallToolResult, InputRequiredResult, ToolAnnotations
from pydantic import Field, ValidationError

from shuzi import __version__
from shuzi.errors import DataError, PictureError, ShuziError
from shuzi.forms.collect import collect, try_page
from shuzi.forms.photographs import Way, in_order, photos_in
from shuzi.forms.read import PageReader
from shuzi.forms.result import Cell, PageRead, Problem, Table
from shuzi.forms.spec import Spec, beside_file, read_text, spec_of
from shuzi.forms.table_grid import Shape
from shuzi.forms.tables import join_pages, try_table
from shuzi.messages import say, speaking
from shuzi.pictures.decode import Page
from shuzi.pictures.folders import pictures_in, single_pictures
from shuzi.pictures.open import Picture, page_named
from shuzi.reading.automaton import LONGEST_PATTERN
from shuzi.reading.reader import Reader
from shuzi.reading.result import OK, Reading
from shuzi.reading.result import NumberLine as Line

ERROR = "error"

_MAX_ALTERNATIVES = 5


@dataclass(frozen=True)
class Alternative:
    """Another possible text, and its probability."""

    text: str
    probability: float


@dataclass(frozen=True)
class NumberLine:
    """One of several numbers in a picture."""

    text: str
    digits: str
    status: str
    confidence: float
    message: str


@dataclass(frozen=True)
class Number:
    """The text of one picture; of several numbers, `lines` has each of them in reading order.

    `status` is "ok" (rely on it), "unsure" (show the picture to a person), "not-a-digit", "blank", or "error".
    """

    source: str
    text: str
    digits: str
    status: str
    confidence: float
    message: str
    alternatives: list[Alternative] = field(default_factory=list)
    lines: list[NumberLine] = field(default_factory=list)


@dataclass(frozen=True)
class TableCell:
    """The text of one cell; `status` is "ok", "unsure", "blank" or "printed"."""

    text: str
    status: str
    confidence: float
    message: str = ""
    alternatives: list[Alternative] = field(default_factory=list)


@dataclass(frozen=True)
class TableRow:
    """One row: its photographs, and its cells by column name."""

    source: str
    cells: dict[str, TableCell]


@dataclass(frozen=True)
class Answer:
    """A table: its columns and rows, the number of cells for a person to check, and the problems."""

    title: str
    columns: list[str]
    rows: list[TableRow]
    doubtful: int
    problems: list[Problem]


def number_of(name: str, reading: Reading | ShuziError) -> Number:
    """Return the answer about one picture."""
    if isinstance(reading, ShuziError):
        return Number(_plain(name), "", "", ERROR, 0.0, _plain(str(reading)))
    alternatives = [] if reading.status == OK else _alternatives(reading.alternatives)
    lines = [NumberLine(*_facts(line)) for line in reading.lines] if len(reading.lines) > 1 else []
    return Number(_plain(name), *_facts(reading), alternatives, lines)


def _facts(read: Reading | Line) -> tuple[str, str, str, float, str]:
    return read.text, read.digits_text, read.status, round(read.confidence, 4), read.message


def answer_of(table: Table) -> Answer:
    """Return the answer about a table."""
    return Answer(
        title=table.title,
        columns=[column.name for column in table.fields],
        rows=[
            TableRow(
                _plain(row.sources),
                {name: _cell(cell, table.message_of(row, name)) for name, cell in row.cells.items()},
            )
            for row in table.rows
        ],
        doubtful=table.doubtful,
        problems=[Problem(_plain(problem.source), _plain(problem.message)) for problem in table.problems],
    )


def _cell(cell: Cell, message: str) -> TableCell:
    alternatives = _alternatives(cell.alternatives) if message else []
    return TableCell(cell.text, cell.status, round(cell.confidence, 4), message, alternatives)


def _plain(text: str) -> str:
    """Return a text that can be sent: file names may hold bytes that are not UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode()


def _alternatives(texts: Sequence[tuple[str, float]]) -> list[Alternative]:
    return [Alternative(text, round(probability, 4)) for text, probability in texts[:_MAX_ALTERNATIVES]]


MAX_PICTURES = 200
"""The maximum number of pictures or pages in one answer."""


@dataclass(frozen=True)
class Readable:
    """The folders that may be read, with links resolved; a relative path is in the first.

    >>> Readable.of(["."]).path("../note.txt")
    Traceback (most recent call last):
        ...
    shuzi.errors.DataError: ...
    """

    folders: tuple[Path, ...]

    @staticmethod
    def of(folders: Sequence[str | Path]) -> Readable:
        """Allow reading everything in these folders."""
        for folder in folders:
            if not str(folder) or not Path(folder).is_dir():
                raise DataError("error.mcp.folder", path=folder)
        return Readable(tuple(Path(folder).resolve() for folder in folders))

    def path(self, name: str | Path) -> Path:
        """Return the path that a name refers to, links resolved; raises DataError if it is outside the folders."""
        try:
            path = (self.folders[0] / Path(name).expanduser()).resolve()
        except (OSError, RuntimeError, ValueError) as problem:
            raise DataError("error.data.unreadable", path=name, reason=problem) from problem
        if not any(path.is_relative_to(folder) for folder in self.folders):
            raise DataError("error.mcp.outside", path=name, folders=", ".join(map(str, self.folders)))
        return path

    def pictures(self, names: Sequence[str]) -> list[tuple[str, Picture | ShuziError]]:
        """Return the pictures that names of files, pages and folders refer to, each with its name.

        An error takes the place of any that may not or cannot be read. Raises PictureError beyond `MAX_PICTURES`.
        """
        pictures: list[tuple[str, Picture | ShuziError]] = []
        for name in names:
            for picture in self._expand(name):
                pictures.append((_name(picture, name), picture))
                if len(pictures) > MAX_PICTURES:
                    raise PictureError("error.mcp.pictures", max=MAX_PICTURES)
        return pictures

    def _expand(self, name: str) -> Iterator[Picture | ShuziError]:
        try:
            page = page_named(str(self.folders[0] / name))
            if page is not None and isinstance(page.document, Path):
                yield Page(self.path(page.document), page.number)
                return
            path = self.path(name)
            for file in pictures_in(path) if path.is_dir() else [path]:
                yield from self._open(file)
        except ShuziError as problem:
            yield problem
        except OSError as problem:  # such as for a name that is too long
            yield PictureError("error.data.unreadable", path=name, reason=problem.strerror)

    def _open(self, file: Path) -> Iterator[Picture | ShuziError]:
        """Yield a file's pictures, or an error if it is a link that leads out of the readable folders."""
        try:
            yield from single_pictures(self.path(file))
        except ShuziError as problem:
            yield problem


def _name(picture: Picture | ShuziError, name: str) -> str:
    if isinstance(picture, ShuziError):
        return str(picture.values.get("path", name))
    return str(picture)


_MAX_BYTES = 32 << 20  # bytes of an image passed as base64

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

    Messages are in the language "zh" or "en".
    """
    folders = ", ".join(map(str, readable.folders))
    server = _Server(
        "shuzi", version=__version__, instructions=_INSTRUCTIONS.format(folders=folders), log_level="WARNING"
    )
    server.language = language
    tools = _Tools(reader, readable, language)
    for tool in (tools.read_numbers, tools.read_image, tools.read_table, tools.read_form):
        server.add_tool(tool, annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False))
    return server


class _Server(MCPServer):
    """A server that says in a sentence which argument is wrong, or unknown: a list without effect misleads."""

    language: str

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        known = next((tool.input_schema["properties"] for tool in await self.list_tools() if tool.name == name), None)
        if known and (unknown := [argument for argument in arguments if argument not in known]):
            with speaking(self.language):
                raise ToolError(say("error.mcp.unknown", name=_plain(unknown[0]), known=", ".join(known)))
        try:
            return await super().call_tool(name, arguments, context)
        except ToolError as problem:
            if not isinstance(problem.__cause__, ValidationError):
                raise
            first = problem.__cause__.errors()[0]
            with speaking(self.language):
                said = say("error.mcp.argument", name=".".join(map(str, first["loc"])), reason=first["msg"])
            raise ToolError(said) from problem

    async def run_stdio_async(self) -> None:
        requests = _Requests(TextIOWrapper(sys.stdin.buffer, encoding="utf-8", errors="replace"))
        server = self._lowlevel_server
        async with stdio_server(requests) as (received, answers):
            await server.run(received, answers, server.create_initialization_options())


class _Requests(AsyncFile[str]):
    """Lines of JSON; half of a surrogate pair, with which one would never be answered, is a question mark."""

    async def readline(self) -> str:
        line = await super().readline()
        try:
            if "\\u" in line:
                whole = json.dumps(json.loads(line), ensure_ascii=False)
                return whole.encode("utf-8", "replace").decode() + "\n"
        except (ValueError, RecursionError):
            pass  # the library says what is wrong
        return line


T = TypeVar("T")


def _while_asked(readings: Iterable[T]) -> Iterator[T]:
    """Yield readings until the call is cancelled."""
    for reading in readings:
        from_thread.check_cancelled()
        yield reading


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
            readings = _while_asked(self._reader.read_many(pictures, allowed or None, pattern or None))
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
            pages = [*islice(single_pictures(_decoded(image)), MAX_PICTURES + 1)]
            if len(pages) > MAX_PICTURES:
                raise PictureError("error.mcp.pictures", max=MAX_PICTURES)
            pictures = list[Picture]()
            for page in pages:
                if isinstance(page, ShuziError):
                    raise page
                pictures.append(page)
            if len(pictures) == 1:
                return [number_of("image", self._reader.read(pictures[0], allowed or None, pattern or None))]
            readings = _while_asked(self._reader.read_many(pictures, allowed or None, pattern or None))
            return [number_of(f"image#{page}", reading) for page, reading in enumerate(readings, start=1)]

    def read_table(self, paths: Paths, rows: Count = 0, columns: Count = 0) -> Answer:
        """Read photographs of tables whose rows and columns are ruled with lines, one number in a cell."""
        with self._reading():
            return self._answer(Way(partial(try_table, shape=Shape(rows, columns)), self._reader, join_pages), paths)

    def read_form(
        self, paths: Paths, spec: Annotated[str, Field(description="The .toml file that the form was made with.")]
    ) -> Answer:
        """Read photographs of filled forms that shuzi made or traced, described by a spec."""
        with self._reading():
            pages = PageReader(self._spec(spec), self._reader)
            return self._answer(Way(try_page, pages, lambda read: collect(pages.spec, read, pages.pages)), paths)

    def _answer(self, way: Way[Any, PageRead], paths: list[str]) -> Answer:
        """Read photographs, each once, of which a duplicate is an error, as in `shuzi form read`."""
        named = self._readable.pictures(paths)
        errors = [(name, picture) for name, picture in named if isinstance(picture, ShuziError)]
        photos = [*photos_in([picture for _, picture in named if not isinstance(picture, ShuziError)]), *errors]
        with closing(way.read(photos)) as read:
            return answer_of(way.join(in_order(_while_asked(read))))

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
    if len(content) > _MAX_BYTES * 4 // 3:
        raise PictureError("error.picture.long", path="image", max=_MAX_BYTES)
    try:
        return base64.b64decode(content + "=" * (-len(content) % 4), validate=True)
    except (binascii.Error, ValueError) as problem:
        raise PictureError("error.mcp.base64") from problem
