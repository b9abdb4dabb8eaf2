"""The service's metrics for Prometheus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prometheus_client import (
    GC_COLLECTOR,
    PLATFORM_COLLECTOR,
    PROCESS_COLLECTOR,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from starlette.types import Scope

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_METHODS = ("GET", "HEAD", "POST", "DELETE", "PUT", "PATCH", "OPTIONS")
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60)


class Metrics:
    """The metrics of one service.

    Parameters
    ----------
    paths
        The path label of each endpoint; requests to no endpoint are counted together.
    """

    def __init__(self, paths: Mapping[Any, str]) -> None:
        self._paths = paths
        self.registry = CollectorRegistry()
        for collector in (PROCESS_COLLECTOR, PLATFORM_COLLECTOR, GC_COLLECTOR):
            self.registry.register(collector)
        self._requests = Counter(
            "shuzi_requests", "Requests that were answered.", ["method", "path", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "shuzi_request_seconds",
            "Seconds from a request's headers to the end of its answer.",
            ["path"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._known: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self.pictures = Counter("shuzi_pictures", "Pictures that were read.", registry=self.registry)
        self.busy = Gauge("shuzi_requests_at_work", "Requests that work or wait for a core.", registry=self.registry)
        self.replaced = Gauge(
            "shuzi_processes_replaced",
            "Reading processes that ended and made way for others.",
            registry=self.registry,
        )
        self.training = Gauge("shuzi_training_running", "Trainings that run: 0 or 1.", registry=self.registry)

    def observe(self, scope: Scope, status: int, seconds: float) -> None:
        """Count a request under its endpoint's path, so that clients cannot create new labels."""
        method = scope.get("asked", scope["method"])
        path = self._paths.get(scope.get("endpoint"), "other")
        key = (method if method in _METHODS else "other", path, status)
        found = self._known.get(key)
        if found is None:
            found = self._requests.labels(key[0], path, str(status)), self._seconds.labels(path)
            self._known[key] = found
        found[0].inc()
        found[1].observe(seconds)

    def text(self) -> bytes:
        """Return all metrics in Prometheus's text format."""
        return generate_latest(self.registry)
