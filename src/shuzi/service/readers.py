"""A model's name becomes a reader: those that come with shuzi, the one that was chosen, and those trained here."""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from shuzi.errors import ModelError, ServiceError
from shuzi.models.card import DETECTOR as FINDS
from shuzi.models.card import Card
from shuzi.models.store import DEFAULT, DETECTOR, find_model, shipped
from shuzi.reading.engine import Engine, Session
from shuzi.reading.finder import Finder
from shuzi.reading.reader import Reader

_RUNS = 21  # for a median of the milliseconds
_PAGE = (64, 160)


class Readers:
    """The models of a service, each loaded when it is first asked for.

    Parameters
    ----------
    model
        What is meant by "default", as `shuzi.load` takes it.

    Raises
    ------
    ModelError
        That model is missing, damaged or no classifier.

    Examples
    --------
    >>> readers = Readers()
    >>> sorted(readers.names())
    ['default', 'detector', 'softmax', 'tiny']
    >>> readers.get("softmax").card.parameters
    7850
    """

    def __init__(self, model: str | Path = DEFAULT) -> None:
        self._paths = shipped() | {DEFAULT: find_model(model)}
        self._finder = Finder(shipped()[DETECTOR]) if DETECTOR in shipped() else None
        self._loaded: dict[str, Reader] = {}
        self._trained: dict[str, Path] = {}
        self._facts: dict[str, dict[str, Any]] = {}
        self._lock = Lock()
        self.get(DEFAULT)

    def names(self) -> list[str]:
        """Name the models, those trained here last."""
        return [*self._paths, *self._trained]

    def loaded(self, name: str) -> Reader | None:
        """Return a reader that need not be loaded any more."""
        return self._loaded.get(name)

    def get(self, name: str) -> Reader:
        """Return the reader of a model; the first time this takes a moment.

        Raises
        ------
        ServiceError
            There is no model of that name.
        ModelError
            It is a detector.
        """
        with self._lock:
            if name in self._loaded:
                return self._loaded[name]
            if name not in self._paths:
                raise ServiceError("error.service.model", name=name[:80], known=", ".join(self.names()))
            try:
                return self._load(name, self._paths[name])
            except ModelError as problem:
                if problem.key == "error.model.detector":
                    raise ModelError(problem.key, path=name) from problem
                raise

    def add(self, name: str, path: Path) -> None:
        """Load a model that was trained here; its file is not needed any more."""
        with self._lock:
            reader = self._load(name, path)
            self._trained[name] = path
            self._facts[name] = _facts(name, reader.card, path.stat().st_size, shipped=False)

    def forget(self, name: str) -> None:
        """Drop a model that was trained here."""
        with self._lock:
            for kept in (self._loaded, self._trained, self._facts):
                kept.pop(name, None)

    def describe(self) -> list[dict[str, Any]]:
        """Say what each model is, what it scored and how long one image takes; the first time this takes a second."""
        for name in self.names():
            if "milliseconds" not in self._facts.get(name, {}):
                self._measure(name)
        return [self._facts[name] for name in self.names() if name in self._facts]

    def _load(self, name: str, path: Path) -> Reader:
        reader = Reader(Engine(path), self._finder)
        self._loaded[name] = reader
        return reader

    def _measure(self, name: str) -> None:
        if name in self._trained:
            facts, reader = self._facts.get(name), self._loaded.get(name)
            if facts is None or reader is None:
                return  # forgotten meanwhile
            image = np.zeros((1, 28, 28), np.uint8)
            self._facts[name] = facts | {"milliseconds": _median(lambda: reader.classify(image))}
            return
        session = Session(self._paths[name])
        size = _PAGE if session.card.kind == FINDS else (28, 28)
        blank = np.zeros((1, *size), np.float32)
        facts = _facts(name, session.card, self._paths[name].stat().st_size, shipped=True)
        self._facts[name] = facts | {"milliseconds": _median(lambda: session.run(blank))}


def _facts(name: str, card: Card, size: int, shipped: bool) -> dict[str, Any]:
    part = "test" if "test" in card.scores else next(iter(card.scores), None)
    return {
        "name": name,
        "kind": card.kind,
        "recipe": card.name,
        "network": card.recipe.get("network", ""),
        "parameters": card.parameters,
        "bytes": size,
        "score": None if part is None else {**card.scores[part], "on": part},
        "shipped": shipped,
    }


def _median(run: Any) -> float:
    """Return the median of the milliseconds that a call takes."""
    run()
    times = []
    for _ in range(_RUNS):
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return round(1_000 * statistics.median(times), 3)
