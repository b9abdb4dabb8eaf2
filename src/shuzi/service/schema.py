"""The schema of requests and responses: requests are validated with it, responses are built from it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, WithJsonSchema
from pydantic_core import PydanticCustomError

from shuzi.forms.kinds import FieldKind
from shuzi.forms.result import CellStatus, RuleOfInk, RuleOfText
from shuzi.models import tasks
from shuzi.models.tasks import ModelKind
from shuzi.reading.report.result import DigitStatus, InkKind, Status
from shuzi.service.limits import Limits

_LIMITS = Limits()
Share = Annotated[float, Field(ge=0, le=1)]
Shares = Annotated[list[Share], Field(min_length=10, max_length=10)]
OneDigit = Annotated[int, Field(ge=0, le=9)]
# in JSON, 7.0 is an integer like 7, but "7" and true are not; this is checked for a whole image at once
Level = Annotated[
    float,
    Field(ge=0, le=255, strict=True),
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 255}),
]
# stop at the first bad value: finding and keeping 784,000 errors would take seconds and a gigabyte
Row = Annotated[list[Level], Field(fail_fast=True, min_length=28, max_length=28)]
Rows = Annotated[list[Row], Field(fail_fast=True, min_length=28, max_length=28)]
Flat = Annotated[list[Level], Field(fail_fast=True, min_length=784, max_length=784)]


def _all_whole(image: Any) -> Any:
    if np.any(np.mod(image, 1)):
        raise PydanticCustomError("int_of_image", "not whole")
    return image


def _layout(image: Any) -> str:
    """Distinguish the two notations for an image, so that an error is about the intended one."""
    return "as-rows" if isinstance(image, list) and image and isinstance(image[0], list) else "as-flat"


Shade = Annotated[int, Field(ge=0, le=255)]
Seen = Annotated[
    list[Annotated[list[Shade], Field(min_length=28, max_length=28)]], Field(min_length=28, max_length=28)
]
Image = Annotated[Annotated[Rows, Tag("as-rows")] | Annotated[Flat, Tag("as-flat")], Discriminator(_layout)]
WholeImage = Annotated[Image, AfterValidator(_all_whole)]


class Said(BaseModel):
    """The base of all responses: a value that is not in the schema is an error and not silently dropped."""

    model_config = ConfigDict(extra="forbid")


class Problem(Said):
    """A problem, as defined by RFC 9457."""

    type: str
    title: str
    status: int
    detail: str = Field(description="service.schema.detail")
    key: str = Field(description="service.schema.key")
    errors: list[str] | None = Field(default=None, description="service.schema.errors")
    training: str | None = Field(default=None, description="service.schema.taken")


class Digit(Said):
    """One digit of a reading."""

    digit: OneDigit
    probability: Share = Field(description="service.schema.probability")
    probabilities: Shares
    box: Annotated[list[int], Field(min_length=4, max_length=4, description="service.schema.box")]
    status: DigitStatus
    image: Seen | None = Field(default=None, description="service.schema.image")
    counted: list[list[float]] | None = Field(default=None, description="service.schema.counted")


class Alternative(Said):
    """A possible text and its probability."""

    text: str
    probability: Share


class Mark(Said):
    """One mark of a reading."""

    mark: tasks.Mark
    probability: Share = Field(description="service.schema.mark_probability")
    box: Annotated[list[int], Field(min_length=4, max_length=4, description="service.schema.box")]
    alternatives: list[Alternative] = Field(description="service.schema.mark_alternatives")


class NumberLine(Said):
    """One line of a reading: a number, and where it stands."""

    text: str = Field(description="service.schema.text")
    digits_text: str = Field(description="service.schema.digits_text")
    box: Annotated[list[int], Field(min_length=4, max_length=4, description="service.schema.box")]
    status: Status
    confidence: Share = Field(description="service.schema.confidence")
    message: str = Field(description="service.schema.message")


class Ignored(Said):
    """Ink that is in no text."""

    kind: InkKind = Field(description="service.schema.ignored_kind")
    box: Annotated[list[int], Field(min_length=4, max_length=4, description="service.schema.box")]


class Reading(Said):
    """The number in a picture."""

    source: str = Field(description="service.schema.source")
    text: str = Field(description="service.schema.text")
    digits_text: str = Field(description="service.schema.digits_text")
    status: Status
    confidence: Share = Field(description="service.schema.confidence")
    digits_status: Status = Field(description="service.schema.digits_status")
    digits_confidence: Share = Field(description="service.schema.digits_confidence")
    lines: list[NumberLine] = Field(default=[], description="service.schema.lines")
    digits: list[Digit]
    marks: list[Mark] = Field(description="service.schema.marks")
    ignored: list[Ignored] = Field(description="service.schema.ignored")
    alternatives: list[Alternative] = Field(max_length=10, description="service.schema.alternatives")
    message: str = Field(description="service.schema.message")
    size: Annotated[list[int], Field(min_length=2, max_length=2)] | None = Field(
        default=None, description="service.schema.size"
    )


class Unread(Said):
    """Returned instead of a reading: why a picture could not be read."""

    source: str
    error: str
    key: str


class Readings(Said):
    """A reading for each picture, in the order of the request."""

    readings: list[Reading | Unread]


class Images(BaseModel):
    """Images of single digits to classify."""

    model_config = ConfigDict(extra="forbid")

    images: list[WholeImage] = Field(
        fail_fast=True, min_length=1, max_length=_LIMITS.images, description="service.schema.images"
    )
    model: str = Field(default="", max_length=200, description="service.schema.model")


class Answer(Said):
    """A network's answer for an image."""

    digit: OneDigit
    probability: Share
    probabilities: Shares


class Answers(Said):
    """An answer for each image, in the order of the request."""

    answers: list[Answer]


class Score(Said):
    """The accuracy on n images, with its 95 % interval."""

    accuracy: Share
    n: int
    interval: Annotated[list[Share], Field(min_length=2, max_length=2)]
    on: str = Field(description="service.schema.on")


class Model(Said):
    """A model and facts about it."""

    name: str
    kind: ModelKind
    recipe: str
    network: str
    parameters: int
    bytes: int
    score: Score | None
    settings: dict[str, str | bool | int | float] = Field(description="service.schema.settings")
    shipped: bool = Field(description="service.schema.shipped")
    chosen: bool = Field(description="service.schema.chosen")
    milliseconds: float | None = Field(description="service.schema.milliseconds")


class Models(Said):
    """All models."""

    models: list[Model]


class FormColumn(Said):
    """A column of a table read from forms: a field of the spec."""

    name: str
    label: str
    kind: FieldKind
    decimals: int = Field(ge=0, le=24)
    total: bool = Field(description="service.schema.total")
    printed: bool = Field(description="service.schema.printed")
    options: list[str] = Field(default=[], max_length=12, description="service.schema.options")
    choose: Literal["one", "any"] = Field(default="one", description="service.schema.choose")
    among: list[str] = Field(default=[], max_length=10_000, description="service.schema.among")
    names: list[str] = Field(default=[], max_length=10_000, description="service.schema.names")
    points: float = Field(default=0.0, ge=0, le=1e15, description="service.schema.points")
    key: list[str] = Field(default=[], max_length=100, description="service.schema.answers")
    tolerance: float = Field(default=0.0, ge=0, le=1e15, description="service.schema.tolerance")
    half_tolerance: float = Field(default=0.0, ge=0, le=1e15, description="service.schema.half_tolerance")
    partial: bool = Field(default=False, description="service.schema.partial")


class FormChange(Said):
    """A change made to a cell in review."""

    before: str = Field(max_length=1_000, description="service.schema.change_before")
    after: str = Field(max_length=1_000, description="service.schema.change_after")
    at: str = Field(max_length=40, description="service.schema.change_at")


class FormCell(Said):
    """A cell of a table read from forms."""

    text: str
    status: CellStatus
    confidence: Share
    rule: Literal[RuleOfText, RuleOfInk] = Field(description="service.schema.rule")
    message: str = Field(description="service.schema.message")
    alternatives: list[Alternative] = Field(max_length=10)
    page: int
    box: Annotated[list[int], Field(min_length=4, max_length=4, description="service.schema.box")]
    source: str = Field(description="service.schema.source")
    picture: str | None = Field(default=None, description="service.schema.cell_picture")
    digits: str | None = Field(default=None, description="service.schema.cell_digits")
    changes: list[FormChange] = Field(default=[], max_length=100, description="service.schema.changes")
    turned: int | None = Field(default=None, ge=0, le=3, description="service.schema.cell_turned")


class FormRow(Said):
    """A row of a table read from forms."""

    sheet: int
    row: int
    cells: dict[str, FormCell] = Field(max_length=1_000, description="service.schema.cells")
    version: str | None = Field(default=None, max_length=1_000, description="service.schema.version")


class FormVersion(Said):
    """A version of a sheet: the order of its fields, and its keys."""

    name: str = Field(max_length=1_000)
    order: list[str] = Field(max_length=1_000, description="service.schema.version_order")
    keys: dict[str, list[str]] = Field(max_length=1_000, description="service.schema.version_keys")


class FormProblem(Said):
    """A picture that could not be read, or a page that is missing or duplicated."""

    source: str
    message: str


class FormTable(Said):
    """A table read from forms."""

    format: Literal[1] = Field(description="service.schema.format")
    title: str
    columns: list[FormColumn] = Field(fail_fast=True, max_length=1_000)
    # clients send tables too: see `Rows`
    rows: list[FormRow] = Field(fail_fast=True)
    doubtful: int = Field(description="service.schema.doubtful")
    problems: list[FormProblem] = Field(fail_fast=True)
    versions: list[FormVersion] = Field(default=[], max_length=100)


class Review(Said):
    """A table that was read when the service was started, to be reviewed in the page."""

    id: str = Field(description="service.schema.review")
    photographs: list[str] = Field(description="service.schema.photographs")
    table: FormTable


class Health(Said):
    """The service is alive."""

    status: Literal["ok"]
