"""One training run: its state and its events, which are kept so that late listeners miss nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from shuzi.messages import LANGUAGES, language
from shuzi.service.jobs.runs import Run
from shuzi.training.recipe import Recipe

RUNNING, DONE, STOPPED, FAILED = "running", "done", "stopped", "failed"
QUIET = 15.0
"""Seconds without an event after which a listener gets a keep-alive."""


@dataclass(frozen=True)
class Event:
    """An event, numbered from 1; sentences in `data` are in both languages."""

    number: int
    name: str
    data: Mapping[str, Any]

    def spoken(self) -> dict[str, Any]:
        """Return the data, with sentences in the current language."""
        return {
            key: value[language()] if isinstance(value, dict) and value.keys() == set(LANGUAGES) else value
            for key, value in self.data.items()
        }


@dataclass
class Job:
    """One training run, from its start until it is forgotten."""

    id: str
    recipe: Recipe
    folder: Path
    state: str = RUNNING
    events: list[Event] = field(default_factory=list)
    run: Run | None = None
    asked_to_stop: bool = False
    last: dict[str, Event] = field(default_factory=dict)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, name: str, data: Mapping[str, Any], state: str = RUNNING) -> None:
        """Store an event and wake the listeners."""
        event = Event(len(self.events) + 1, name, data)
        self.events.append(event)
        self.last[name] = event
        self.state = state
        self._news.set()
        self._news = asyncio.Event()

    async def follow(self, after: int = 0) -> AsyncIterator[Event | None]:
        """Yield the events numbered above `after` until the last one; yield None after a long pause."""
        while True:
            news = self._news
            for event in self.events[after:]:
                after = event.number
                yield event
            if self.state != RUNNING and after >= len(self.events):
                return
            if news is self._news:
                try:
                    async with asyncio.timeout(QUIET):
                        await news.wait()
                except TimeoutError:
                    yield None

    def as_dict(self) -> dict[str, Any]:
        """Return what clients see."""
        last = {name: self.last[name].spoken() if name in self.last else None for name in ("progress", "validated")}
        done = self.last.get("done")
        ended = {key: value for key, value in done.spoken().items() if key != "mistakes"} if done else None
        failure = self.last["failed"].spoken() if "failed" in self.last else None
        values = {"id": self.id, "state": self.state, "recipe": asdict(self.recipe)}
        return values | last | {"done": ended, "failure": failure}
