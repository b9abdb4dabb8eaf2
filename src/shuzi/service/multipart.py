"""A request's body becomes pictures, each with its display name.

The parser is python-multipart's. Starlette's form parser is not used: it writes anything above 1 MB to a temporary
file, although pictures sent to the service must stay in memory, parses in the event loop, which 15 MB block for
0.13 s (Starlette 1.10, one core of an AMD EPYC), and accepts a truncated form as complete.
"""

from __future__ import annotations

import io
from collections.abc import Collection

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field, File, FormParser, parse_options_header

from shuzi.errors import ServiceError

FIELD = "picture"
_MULTIPART, _URL_ENCODED = b"multipart/form-data", b"application/x-www-form-urlencoded"
_IN_MEMORY = {"MAX_MEMORY_FILE_SIZE": float("inf")}  # the body is there already

Named = tuple[str, bytes]


def form_of(
    body: bytes, content_type: str, max_files: int, once: Collection[str]
) -> tuple[list[Named], dict[str, Named]]:
    """Extract the pictures of a multipart form, at least one, and its other files by field, `once` each."""
    kind, options = parse_options_header(content_type)
    if kind != _MULTIPART:
        raise ServiceError("error.service.form_type", kind=kind.decode("latin-1")[:80])
    boundary = options.get(b"boundary")
    if not boundary:
        raise ServiceError("error.service.form")
    form = _Form(max_files, once)
    try:
        parser = FormParser(_MULTIPART.decode(), form.field, form.file, form.end, boundary, config=_IN_MEMORY)
        parser.write(body)
    except (FormParserError, ValueError) as problem:
        raise ServiceError("error.service.form") from problem
    if body and not form.ended:
        raise ServiceError("error.service.form")
    if not form.pictures:
        raise ServiceError("error.service.no_picture")
    return form.pictures, form.others


def pictures_of(body: bytes, content_type: str, max_files: int) -> list[Named]:
    """Extract the pictures from a body, at least one: the fields of a multipart form, or else the body itself.

    >>> pictures_of(b"GIF89a", "image/gif", max_files=1)
    [('picture', b'GIF89a')]
    """
    kind, _ = parse_options_header(content_type)
    if kind.startswith(b"multipart/") or kind == _URL_ENCODED:
        return form_of(body, content_type, max_files, ())[0]
    if not body:
        raise ServiceError("error.service.no_picture")
    return [(FIELD, body)]


class _Form:
    """Takes the parts that python-multipart reports."""

    def __init__(self, max_files: int, once: Collection[str]) -> None:
        self.pictures: list[Named] = []
        self.others: dict[str, Named] = {}
        self.ended = False
        self._max_files, self._once = max_files, once

    def field(self, field: Field) -> None:
        self._take(field.field_name, b"", field.value or b"")

    def file(self, file: File) -> None:
        content = file.file_object
        assert isinstance(content, io.BytesIO)  # noqa: S101 - for the types
        self._take(file.field_name, file.file_name, content.getvalue())

    def end(self) -> None:
        self.ended = True

    def _take(self, field: bytes | None, file_name: bytes | None, content: bytes) -> None:
        name = _text(field or b"")
        named = _text(file_name or b"") or name, content
        if name == FIELD:
            if len(self.pictures) == self._max_files:
                raise ServiceError("error.service.pictures", most=self._max_files)
            self.pictures.append(named)
        elif name not in self._once:
            known = ", ".join(f'"{field}"' for field in (FIELD, *self._once))
            raise ServiceError("error.service.field", name=name[:80], known=known)
        elif name in self.others:
            raise ServiceError("error.service.field_twice", name=name)
        else:
            self.others[name] = named


def _text(name: bytes) -> str:
    r"""Decode a name from UTF-8, as browsers send it; invalid bytes are kept as they are.

    >>> _text("数字.png".encode()), _text(b"caf\xe9.png")
    ('数字.png', 'café.png')
    """
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("latin-1")
