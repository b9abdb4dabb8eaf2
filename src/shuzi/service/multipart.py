"""A request's body becomes pictures, each with its display name.

The parser is python-multipart, which Starlette's form parser uses too. Starlette's is not used because it takes 177
microseconds instead of 108 (one MNIST picture, Starlette 1.10, one core of an AMD EPYC); it parses in the event loop,
which 15 MB block for 0.13 s; it writes anything above 1 MB to a temporary file, although pictures sent to the service
must stay in memory; and it accepts a truncated form as complete.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from shuzi.errors import ServiceError

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

FIELD = "picture"
_MULTIPART, _URL_ENCODED = b"multipart/form-data", b"application/x-www-form-urlencoded"

Named = tuple[str, bytes]


def form_of(
    body: bytes, content_type: str, max_files: int, once: Collection[str]
) -> tuple[list[Named], dict[str, Named]]:
    """Extract the pictures and other files from a multipart form.

    `once`: the names of other fields, each of which may appear once.

    Returns
    -------
    The pictures, at least one; and the other files by field, each with its name.

    Raises
    ------
    ServiceError
        As for `pictures_of`, or a field appears twice.
    """
    kind, options = parse_options_header(content_type)
    if kind != _MULTIPART:
        raise ServiceError("error.service.form_type", kind=kind.decode("latin-1")[:80])
    parser = _Parser(max_files, once)
    named = parser.read(body, options.get(b"boundary", b""))
    if not named:
        raise ServiceError("error.service.no_picture")
    return named, parser.others


def pictures_of(body: bytes, content_type: str, max_files: int) -> list[Named]:
    """Extract the pictures from a body: the fields of a multipart form, or else the body itself.

    `content_type`: the request's Content-Type; "" if it has none.

    Returns
    -------
    Names and contents; at least one.

    Raises
    ------
    ServiceError
        The form has another type, is damaged, or has unknown fields, no picture or too many.

    Examples
    --------
    >>> pictures_of(b"GIF89a", "image/gif", max_files=1)
    [('picture', b'GIF89a')]
    """
    kind, _ = parse_options_header(content_type)
    if kind.startswith(b"multipart/") or kind == _URL_ENCODED:
        return form_of(body, content_type, max_files, ())[0]
    if not body:
        raise ServiceError("error.service.no_picture")
    return [(FIELD, body)]


@dataclass
class _Part:
    header: bytearray = field(default_factory=bytearray)
    value: bytearray = field(default_factory=bytearray)
    of: str = FIELD
    name: str = FIELD
    content: bytearray = field(default_factory=bytearray)


class _Parser:
    """Assembles the pieces that python-multipart reports."""

    def __init__(self, max_files: int, once: Collection[str]) -> None:
        self.others: dict[str, Named] = {}
        self._max_files, self._once = max_files, once
        self._found: list[Named] = []
        self._ended = False

    def read(self, body: bytes, boundary: bytes) -> list[Named]:
        callbacks: MultipartCallbacks = {
            "on_part_begin": self._begin,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_end": self._whole,
        }
        if not boundary:
            raise ServiceError("error.service.form")
        try:
            MultipartParser(boundary, callbacks).write(body)
        except (FormParserError, ValueError) as problem:
            raise ServiceError("error.service.form") from problem
        if not self._ended and body:
            raise ServiceError("error.service.form")
        return self._found

    def _begin(self) -> None:
        self._part = _Part()
        self._disposition = b""

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._part.header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._part.value += data[start:end]

    def _header_end(self) -> None:
        if self._part.header.lower() == b"content-disposition":
            self._disposition = bytes(self._part.value)
        self._part.header, self._part.value = bytearray(), bytearray()

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        name = _text(options.get(b"name", b""))
        if name != FIELD and name not in self._once:
            known = ", ".join(f'"{field}"' for field in (FIELD, *self._once))
            raise ServiceError("error.service.field", name=name[:80], known=known)
        if name in self.others:
            raise ServiceError("error.service.field_twice", name=name)
        self._part.of = name
        self._part.name = _text(options.get(b"filename", b"")) or name

    def _data(self, data: bytes, start: int, end: int) -> None:
        self._part.content += data[start:end]

    def _end(self) -> None:
        if self._part.of != FIELD:
            self.others[self._part.of] = (self._part.name, bytes(self._part.content))
            return
        if len(self._found) == self._max_files:
            raise ServiceError("error.service.pictures", most=self._max_files)
        self._found.append((self._part.name, bytes(self._part.content)))

    def _whole(self) -> None:
        self._ended = True


def _text(name: bytes) -> str:
    r"""Decode a name from UTF-8, as browsers send it; invalid bytes are kept as they are.

    >>> _text("数字.png".encode()), _text(b"caf\xe9.png")
    ('数字.png', 'café.png')
    """
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("latin-1")
