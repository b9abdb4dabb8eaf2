"""The endpoints of a training: begin one, look at it, listen to it, stop it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Request
from starlette.responses import Response

from shuzi.errors import ServiceError
from shuzi.service.api.answers import as_json
from shuzi.service.api.schema import Training, TrainingRequest
from shuzi.service.http.direct import JSON, json_of
from shuzi.service.http.validation import checked
from shuzi.service.jobs.job import RUNNING, Event, Job
from shuzi.service.jobs.trainings import chosen_recipe
from shuzi.service.parts import operation_name, parts_of, problems

router = APIRouter(prefix="/v1/training", tags=["training"], generate_unique_id_function=operation_name)

STREAM = "text/event-stream"
Named = Annotated[str, Path(description="service.schema.id", max_length=200)]
_LONGEST = 1_000_000  # bytes of what is to be trained, which is checked at once, without a thread
_MOST_DIGITS = 9  # of an event's number
_ASKED = {
    "requestBody": {
        "required": True,
        "content": {JSON: {"schema": {"$ref": "#/components/schemas/TrainingRequest"}}},
    }
}
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "service.events.answer",
        "content": {STREAM: {"schema": {"type": "string", "description": "service.events.format"}}},
    },
    204: {"description": "service.events.nothing"},
}


@router.post(
    "",
    status_code=201,
    summary="service.train.summary",
    description="service.train.description",
    response_model=Training,
    response_description="service.train.answer",
    responses=problems(400, 409, 415, 422, 501),
    openapi_extra=_ASKED,
)
async def begin(request: Request) -> Response:
    """Begin a training."""
    body = await json_of(request)
    if len(body) > _LONGEST:
        raise ServiceError("error.service.body", most=_LONGEST // 1_000_000)
    asked = checked(body, TrainingRequest)
    numbers = asked.model_dump(exclude={"recipe"})
    training = parts_of(request).trainings.begin(chosen_recipe(asked.recipe, **numbers))
    headers = {"location": f"/v1/training/{training.id}"}
    return _answer(training, 201, headers)


@router.get(
    "/{id}",
    summary="service.training.summary",
    description="service.training.description",
    response_model=Training,
    response_description="service.training.answer",
    responses=problems(404, 422),
)
async def look(request: Request, id: Named) -> Response:  # noqa: A002 - it is what the path calls it
    """Say how a training goes."""
    return _answer(parts_of(request).trainings.get(id))


@router.delete(
    "/{id}",
    status_code=202,
    summary="service.stop.summary",
    description="service.stop.description",
    response_model=Training,
    response_description="service.stop.answer",
    responses=problems(404, 422) | {200: {"model": Training, "description": "service.stop.ended"}},
)
async def stop(request: Request, id: Named) -> Response:  # noqa: A002 - see above
    """Stop a training."""
    known = parts_of(request).trainings
    training = known.get(id)
    running = training.state == RUNNING
    await known.stop(training)
    return _answer(training, 202 if running else 200)


@router.get(
    "/{id}/events",
    summary="service.events.summary",
    description="service.events.description",
    response_class=Response,
    responses=problems(404, 422) | _STREAM,
)
async def events(
    request: Request,
    id: Named,  # noqa: A002 - see above
    last_event_id: Annotated[str, Header(description="service.events.last")] = "",
) -> Response:
    """Tell what happens in a training, from its beginning."""
    parts = parts_of(request)
    training = parts.trainings.get(id)
    known = last_event_id.isascii() and last_event_id.isdigit() and len(last_event_id) <= _MOST_DIGITS
    after = min(int(last_event_id), len(training.events)) if known else 0
    if training.state != RUNNING and after == len(training.events):
        return Response(status_code=204)  # this is how a server tells an EventSource not to come back
    if request.scope.get("asked") == "HEAD":
        return Response(media_type=STREAM, headers={"x-accel-buffering": "no"})
    return parts.streams.answer(_lines(training, after), STREAM, {"x-accel-buffering": "no"})  # for nginx


async def _lines(training: Job, after: int) -> AsyncIterator[str]:
    async for event in training.follow(after):
        yield ": \n\n" if event is None else line(event)


def line(event: Event) -> str:
    r"""Write an event as an EventSource reads it.

    >>> line(Event(3, "stopped", {"step": 20}))
    'id: 3\nevent: stopped\ndata: {"step": 20}\n\n'
    """
    return f"id: {event.number}\nevent: {event.name}\ndata: {json.dumps(event.spoken(), ensure_ascii=False)}\n\n"


def _answer(training: Job, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(as_json(training.as_dict()), status, headers, "application/json")
