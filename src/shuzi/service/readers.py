"""Find readers by a model's name: shipped models, the default one, and those trained here."""

from __future__ import annotations

import asyncio
import re
import statistics
import time
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from shuzi.errors import ModelError, ServiceError
from shuzi.models.card import Card
from shuzi.models.session import Session
from shuzi.models.store import (
    DEFAULT,
    DETECTOR,
    DISPLAY,
    IN_A_RUN,
    LINE,
    LINE_DETECTOR,
    PARTNERS,
    find_model,
    shipped,
)
from shuzi.reading.classifier import OTHER_KINDS, Classifier
from shuzi.reading.display import DisplayReader
from shuzi.reading.line_detector import LineDetector
from shuzi.reading.locate import Detector
from shuzi.reading.reader import Reader
from shuzi.reading.recogniser import Recogniser

_RUNS = 21  # runs for a median of the milliseconds
_OPEN = {"h": 64, "w": 160}  # pixels, where a model takes in pictures of any size
_MAX_NAME = 40


class Readers:
    """The models of a service, each loaded on first use.

    >>> readers = Readers("softmax")
    >>> sorted(readers.names())
    ['default', 'detector', 'display', 'line', 'line-detector', 'softmax', 'tiny']
    >>> readers.get().card.parameters
    7850
    >>> readers.get("default").card.name
    'reader'
    """

    def __init__(self, model: str | Path = DEFAULT) -> None:
        path = find_model(model)
        self._paths = shipped()
        self._shipped = frozenset(self._paths)
        # the name of the default model
        self.chosen = next((name for name, known in self._paths.items() if known == path), "")
        if not self.chosen:
            self.chosen = _name_of(path, self._shipped)
            self._paths[self.chosen] = path
        self._detector = Detector(self._paths[DETECTOR]) if DETECTOR in self._shipped else None
        self._recogniser = Recogniser(self._paths[LINE]) if LINE in self._shipped else None
        self._line_detector = LineDetector(self._paths[LINE_DETECTOR]) if LINE_DETECTOR in self._shipped else None
        self._display: DisplayReader | None = None
        self._loaded: dict[str, Reader] = {}
        self._trained: dict[str, Path] = {}
        self._facts: dict[str, dict[str, Any]] = {}
        self._lock, self._measuring = Lock(), Lock()
        self.get()

    @property
    def helpers(self) -> list[Detector | Recogniser | LineDetector]:
        """The models shared by all readers, kept once in each process."""
        helpers = (self._detector, self._recogniser, self._line_detector)
        return [model for model in helpers if model is not None]

    def names(self) -> list[str]:
        """Name the models, those trained here last."""
        return [*self._paths, *self._trained]

    def loaded(self, name: str = "") -> Reader | None:
        """Return a reader if it is loaded; the default one without a name."""
        return self._loaded.get(name or self.chosen)

    def get(self, name: str = "") -> Reader:
        """Return the reader of a model, or the default one without a name; the first call loads it."""
        name = name or self.chosen
        with self._lock:
            if name in self._loaded:
                return self._loaded[name]
            if name not in self._paths:
                known = ", ".join(known for known in self.names() if known not in PARTNERS)
                raise ServiceError("error.service.model", name=name[:80], known=known)
            try:
                return self._load(name, self._paths[name])
            except ModelError as problem:
                if problem.key in OTHER_KINDS.values():
                    raise ModelError(problem.key, path=name) from problem
                raise

    async def ready(self, name: str = "") -> Reader:
        """Return what `get` returns, loading it without blocking other requests."""
        loaded = self.loaded(name)
        return await asyncio.to_thread(self.get, name) if loaded is None else loaded

    def display(self) -> DisplayReader:
        """Return the reader of displays and counters; the first call loads it."""
        with self._lock:
            if self._display is None:
                self._display = DisplayReader(Recogniser(find_model(DISPLAY)), self._line_detector)
            return self._display

    def add(self, name: str, path: Path) -> None:
        """Load a model that was trained here; its file is no longer needed."""
        with self._lock:
            reader = self._load(name, path)
            self._trained[name] = path
            self._facts[name] = _facts(name, reader.card, path.stat().st_size)

    def forget(self, name: str) -> None:
        """Drop a model that was trained here."""
        with self._lock:
            for kept in (self._loaded, self._trained, self._facts):
                kept.pop(name, None)

    @property
    def measured(self) -> bool:
        """Tell whether the time for one image has been measured for each model."""
        return all(self._facts.get(name, {}).get("milliseconds") is not None for name in self.names())

    def describe(self, may_measure: Callable[[], bool] = lambda: True) -> list[dict[str, Any]]:
        """Describe each model, its scores and its time for one image; the first call takes a second."""
        with self._measuring:  # two measured at once would slow each other down
            for name in self.names():
                if self._facts.get(name, {}).get("milliseconds") is None:
                    self._learn(name, may_measure)
        with self._lock:
            known = [(name, self._facts[name]) for name in self.names() if name in self._facts]
        return [facts | {"shipped": name in self._shipped, "chosen": name == self.chosen} for name, facts in known]

    def _load(self, name: str, path: Path) -> Reader:
        reader = Reader(Classifier(path), self._detector, self._recogniser, self._line_detector)
        self._loaded[name] = reader
        return reader

    def _learn(self, name: str, may_measure: Callable[[], bool]) -> None:
        """Measure the unknown properties of a model."""
        if name in self._paths:
            session = Session(self._paths[name])
            size = [side if isinstance(side, int) else _OPEN[side] for side in session.card.input.shape[1:]]
            facts = _facts(name, session.card, self._paths[name].stat().st_size)
            run: Callable[[], object] = partial(session.run, np.zeros((1, *size), np.float32))
        else:
            reader, found = self._loaded.get(name), self._facts.get(name)
            if reader is None or found is None:
                return  # dropped meanwhile
            facts, run = found, partial(reader.classify, np.zeros((1, 28, 28), np.uint8))
        milliseconds = _median(run) if may_measure() else None
        with self._lock:
            if name in self._paths or name in self._trained:
                self._facts[name] = facts | {"milliseconds": milliseconds}


def _name_of(path: Path, taken: Collection[str]) -> str:
    """Name a model after its run folder or its file, in characters that are safe in a URL.

    >>> _name_of(Path("runs/my cnn/model.onnx"), ()), _name_of(Path("tiny.onnx"), ["tiny"])
    ('my-cnn', 'tiny-2')
    """
    name = path.resolve().parent.name if path.name == IN_A_RUN else path.stem
    name = re.sub(r"[^\w.-]+", "-", name, flags=re.ASCII).strip("-")[:_MAX_NAME] or "chosen"
    return f"{name}-2" if name in taken else name


def _facts(name: str, card: Card, size: int) -> dict[str, Any]:
    network = card.recipe.get("network")
    part = "test" if "test" in card.scores else next(iter(card.scores), None)
    return {
        "name": name,
        "kind": card.kind,
        "recipe": card.name,
        "network": network if isinstance(network, str) else "",
        "parameters": card.parameters,
        "bytes": size,
        "score": None if part is None else {**card.scores[part], "on": part},
        # a foreign card may hold anything
        "settings": {key: value for key, value in card.recipe.items() if isinstance(value, str | bool | int | float)},
        "milliseconds": None,
    }


def _median(run: Callable[[], object]) -> float:
    """Return the median of the milliseconds that a call takes."""
    run()
    times = []
    for _ in range(_RUNS):
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return round(1_000 * statistics.median(times), 3)
