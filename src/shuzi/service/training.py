"""The endpoints for training: start a run, get its state, follow its events, stop it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from shuzi.errors import ServiceError
from shuzi.messages import visible_json
from shuzi.service.openapi import JSON, Operations, Said, Share, answer, json_of
from shuzi.service.parts import parts_of
from shuzi.service.problems import checked
from shuzi.service.training_runs import RUNNING, Event, Job, chosen_recipe
from shuzi.training.recipe import RANGES

operations = Operations("training")

STREAM = "text/event-stream"
_MAX_BODY = 1_000_000  # bytes of a training request, which is validated at once, without a thread
_MAX_DIGITS = 9  # of an event number

MAXIMA = {"steps": 20_000, "batch_size": 2_000, "learning_rate": 100.0}
"""Upper limits for a training run in the service, since other users wait for it."""


def _within(name: str) -> dict[str, Any]:
    """Return the range of a recipe's number, restricted to the service's limits."""
    allowed = RANGES[name]
    highest = min(allowed.max, MAXIMA.get(name, allowed.max))
    return {"gt" if allowed.above else "ge": allowed.min, "le": highest, "strict": True}


def _whole(value: Any) -> Any:
    """Convert a float without a fraction to an integer."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


_WHOLE = BeforeValidator(_whole)


class TrainingRequest(BaseModel):
    """The training run to start. Omitted values are taken from the recipe."""

    model_config = ConfigDict(extra="forbid")

    recipe: Literal["softmax", "mlp", "fast"] = "softmax"
    batch_size: Annotated[int, Field(**_within("batch_size")), _WHOLE] | None = None
    learning_rate: Annotated[float, Field(allow_inf_nan=False, **_within("learning_rate"))] | None = None
    steps: Annotated[int, Field(**_within("steps")), _WHOLE] | None = None
    seed: Annotated[int, Field(**_within("seed")), _WHOLE] | None = None


class TrainingProgress(Said):
    """The loss and accuracy on a step's batch."""

    step: int
    loss: float
    accuracy: Share


class Validated(Said):
    """The accuracy on the validation split."""

    step: int
    accuracy: Share
    n: int


class Finished(Said):
    """The result of a training run."""

    step: int
    accuracy: Share
    n: int
    on: str
    wrong: int
    model: str


class Failure(Said):
    """Why a training run failed."""

    detail: str
    key: str


class Training(Said):
    """A training run and its latest numbers."""

    id: str
    state: Literal["running", "done", "stopped", "failed"]
    recipe: dict[str, str | bool | int | float]
    progress: TrainingProgress | None
    validated: Validated | None
    done: Finished | None
    failure: Failure | None


@operations.add(
    "POST",
    "/v1/training",
    "service.train.",
    answers={201: Training},
    problems=(400, 401, 409, 415, 422, 501),
    body={JSON: TrainingRequest},
    example="""-H 'Content-Type: application/json' -d '{{"steps": 500}}' {address}/v1/training""",
)
async def begin(request: Request) -> Response:
    """Start a training run."""
    if not parts_of(request).settings.training:
        raise ServiceError("error.service.no_training")
    body = await json_of(request)
    if len(body) > _MAX_BODY:
        raise ServiceError("error.service.body", max=_MAX_BODY // 1_000_000)
    asked = checked(body, TrainingRequest)
    numbers = asked.model_dump(exclude={"recipe"})
    training = await parts_of(request).trainings.begin(chosen_recipe(asked.recipe, **numbers))
    headers = {"location": f"/v1/training/{training.id}"}
    return _answer(training, 201, headers)


@operations.add(
    "GET",
    "/v1/training/{id}",
    "service.training.",
    answers={200: Training},
    problems=(401, 404),
    example="{address}/v1/training/ID",
)
async def look(request: Request) -> Response:
    """Return the state of a training run."""
    return _answer(parts_of(request).trainings.get(request.path_params["id"]))


@operations.add(
    "DELETE",
    "/v1/training/{id}",
    "service.stop.",
    answers={202: Training, 200: Training},
    problems=(401, 404),
    example="-X DELETE {address}/v1/training/ID",
)
async def stop(request: Request) -> Response:
    """Stop a training run."""
    known = parts_of(request).trainings
    training = known.get(request.path_params["id"])
    running = training.state == RUNNING
    await known.stop(training)
    return _answer(training, 202 if running else 200)


@operations.add(
    "GET",
    "/v1/training/{id}/events",
    "service.events.",
    answers={200: STREAM, 204: None},
    problems=(401, 404),
    headers={"last-event-id": "service.events.last"},
    example="-N {address}/v1/training/ID/events",
)
async def events(request: Request) -> Response:
    """Stream the events of a training run from its start."""
    parts = parts_of(request)
    training = parts.trainings.get(request.path_params["id"])
    last_event_id = request.headers.get("last-event-id", "")
    known = last_event_id.isascii() and last_event_id.isdigit() and len(last_event_id) <= _MAX_DIGITS
    after = min(int(last_event_id), len(training.events)) if known else 0
    if training.state != RUNNING and after == len(training.events):
        return Response(status_code=204)  # an EventSource does not reconnect
    if request.scope.get("asked") == "HEAD":
        return Response(media_type=STREAM, headers={"x-accel-buffering": "no"})
    if len(parts.streams) >= parts.limits.streams:
        raise ServiceError("error.service.streams")
    return _Stream(parts.streams, _lines(training, after))


class _Stream(StreamingResponse):
    """A stream of events, open while it is sent, even if that fails."""

    def __init__(self, streams: set[StreamingResponse], lines: AsyncIterator[str]) -> None:
        super().__init__(lines, media_type=STREAM, headers={"x-accel-buffering": "no"})  # for nginx
        self._streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._streams.add(self)
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._streams.remove(self)


async def _lines(training: Job, after: int) -> AsyncIterator[str]:
    async for event in training.follow(after):
        yield ": \n\n" if event is None else line(event)


def line(event: Event) -> str:
    r"""Format an event for an EventSource.

    >>> line(Event(3, "stopped", {"step": 20}))
    'id: 3\nevent: stopped\ndata: {"step": 20}\n\n'
    """
    said = visible_json(json.dumps(event.localized(), ensure_ascii=False))
    return f"id: {event.number}\nevent: {event.name}\ndata: {said}\n\n"


def _answer(training: Job, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return answer(Training.model_validate(training.as_dict()), status, headers)
