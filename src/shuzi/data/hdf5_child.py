"""The child process that reads HDF5: ``python -P -m shuzi.data.hdf5_child``, started by `hdf5`."""

from __future__ import annotations

from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from shuzi.data.hdf5 import _PLAIN, NAMES
from shuzi.processes.pipes import Bytes
from shuzi.processes.serving import serve


class Refused(Exception):  # noqa: N818 - it is an answer
    """The file's content is rejected; the arguments become the answer."""

    def __init__(self, error: str, reason: str, size: int = 0) -> None:
        self.answer = {"error": error, "reason": reason, "bytes": size}


def work(job: dict[str, Any], _: bytearray) -> tuple[dict[str, Any], Bytes]:
    """Read the two datasets of a file; any failure is returned as an answer, too.

    Parameters
    ----------
    job
        ``path`` is the file; ``largest`` is the maximum size of both together, in bytes.

    Returns
    -------
    ``dtype`` and ``shape`` for each dataset, and the bytes of both; or ``error``, with ``reason`` and ``bytes``.
    """
    try:
        with h5py.File(job["path"], "r") as file:
            arrays, left = {}, job["largest"]
            for name in NAMES:
                arrays[name] = _read(file, name, left)
                left -= arrays[name].nbytes
        header = {name: {"dtype": each.dtype.str, "shape": each.shape} for name, each in arrays.items()}
        return header, b"".join(np.ascontiguousarray(each).data.cast("B") for each in arrays.values() if each.size)
    except Refused as refused:
        return refused.answer, b""
    except MemoryError:
        return Refused("memory", "").answer, b""
    except Exception as problem:  # noqa: BLE001 - h5py may raise anything where a file is not as it should be
        return Refused("unreadable", str(problem)).answer, b""


def _read(file: Any, name: str, largest: int) -> NDArray[Any]:
    link = file.get(name, getlink=True)
    if link is None:
        raise Refused("no_arrays", name)
    if not isinstance(link, h5py.HardLink):
        raise Refused("elsewhere", name)
    dataset = file[name]
    if not isinstance(dataset, h5py.Dataset) or dataset.shape in (None, ()) or dataset.dtype.kind not in _PLAIN:
        raise Refused("unreadable", f"{name}: {dataset!r}")
    if dataset.external or dataset.is_virtual:
        raise Refused("elsewhere", name)
    if dataset.nbytes > largest:
        raise Refused("large", name, int(dataset.nbytes))
    return np.asarray(dataset[:])


if __name__ == "__main__":
    serve(work)
