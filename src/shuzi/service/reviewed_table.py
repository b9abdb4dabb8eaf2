"""A table read before the service started, for review in the page beside its photographs."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass

from PIL import Image

from shuzi.errors import PictureError, ShuziError
from shuzi.forms.result import Table
from shuzi.pictures.open import Picture, open_picture

_QUALITY = 85  # JPEG quality of a photograph for display
_LONGEST = 65_500  # pixels on a side of a JPEG


@dataclass(frozen=True)
class Review:
    """A table that is handed over to the page.

    Parameters
    ----------
    id
        The id, always the same for the same table, so that an interrupted review continues.
    document
        The JSON of a `Review` of the service's schema, in ASCII.
    photographs
        The photographs of the cells, each with its name in the table.
    """

    id: str
    document: bytes
    photographs: tuple[tuple[str, Picture], ...]

    @staticmethod
    def of(table: Table, photos: Iterable[tuple[str, Picture | ShuziError]]) -> Review:
        """Make a review of a table, with its photographs.

        Examples
        --------
        >>> from shuzi.forms.result import Cell, Row
        >>> from shuzi.forms.spec import Field
        >>> cell = Cell("7", "ok", 1.0, source="a.jpg")
        >>> table = Table("Scores", (Field("q"),), (Row(1, 0, {"q": cell}),))
        >>> Review.of(table, [("a.jpg", "a.jpg"), ("b.jpg", "b.jpg")]).photographs
        (('a.jpg', 'a.jpg'),)
        """
        found = table.as_dict()
        identity = hashlib.sha256(json.dumps(found).encode()).hexdigest()[:16]
        wanted = {*table.sources}
        shown = {name: each for name, each in photos if name in wanted and not isinstance(each, ShuziError)}
        said = {"id": identity, "photographs": [*shown], "table": found}
        return Review(identity, json.dumps(said).encode(), tuple(shown.items()))


def as_jpeg(picture: Picture) -> bytes:
    """Return a photograph as it was read, grey and turned as its EXIF says, as the bytes of a JPEG.

    Raises
    ------
    PictureError
        It can no longer be opened, or is too long for a JPEG.
    """
    file, grey = io.BytesIO(), open_picture(picture)
    height, width = grey.shape
    if max(height, width) > _LONGEST:
        raise PictureError("error.picture.side", path="array", width=width, height=height, most=_LONGEST)
    Image.fromarray(grey).save(file, "jpeg", quality=_QUALITY)
    return file.getvalue()
