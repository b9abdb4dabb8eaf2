"""The readers of a replica: models trained anywhere on the cluster are fetched on demand."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from shuzi.reading.reader import Reader
from shuzi.service.readers import Readers

_SECONDS = 30.0  # seconds for the board to answer


class BoardReaders(Readers):
    """Readers that know the models trained on the cluster.

    Parameters
    ----------
    model
        The model that reads when a request names none.
    board
        The handle of the board's deployment.
    """

    def __init__(self, model: str | Path, board: Any) -> None:
        super().__init__(model)
        self._board = board

    def get(self, name: str = "") -> Reader:
        """Return the reader of a model, fetching it first if it was trained elsewhere; not in the event loop."""
        if name and name not in self.names():
            self._fetch(name)
        return super().get(name)

    @property
    def measured(self) -> bool:
        """Whether every model has been measured: never, since more may have been trained meanwhile."""
        return False

    def describe(self, may_measure: Callable[[], bool] = lambda: True) -> list[dict[str, Any]]:
        """Describe all models, including those trained on the cluster; not in the event loop."""
        there = self._board.models.remote().result(timeout_s=_SECONDS)
        for name in there:
            if name not in self.names():
                self._fetch(name)
        for name in set(self.trained()) - set(there):
            self.forget(name)
        return super().describe(may_measure)

    def _fetch(self, name: str) -> None:
        content = self._board.model.remote(name).result(timeout_s=_SECONDS)
        if content is None:
            return
        with tempfile.TemporaryDirectory(prefix="shuzi-") as folder:
            path = Path(folder) / "model.onnx"
            path.write_bytes(content)
            self.add(name, path)
