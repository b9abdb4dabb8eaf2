"""The service's limits and time-outs, all in one place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """The limits of a service.

    Parameters
    ----------
    body
        Bytes in a request's body.
    held
        Bytes of all bodies in memory at once.
    pictures
        Pictures in one request; each page of a PDF is one.
    images
        28x28 images in one request.
    cells
        Cells of a table that becomes a workbook.
    explained, explained_in_all
        Digits to explain in one picture, and in all pictures of a request: each costs some hundred classifications.
    workers
        Reading processes; each takes about 150 MB, and the decoding child processes as much again.
    queue
        Requests waiting for a core.
    decoded
        Requests with pictures that a child process decodes, which may take several seconds; plain ones do not wait
        behind them.
    connections, streams
        Open connections, and open event streams among them.
    client_connections, client_held
        Per client: open connections (behind a trusted proxy, open requests), and bytes of bodies.
    client_explained, client_explained_rate
        Per client: explained digits at once, and how many more each second.
    head_seconds
        From the first byte of a request to the end of its headers.
    pause_seconds, body_seconds
        Between two pieces of a body, and for the whole body.
    write_seconds
        A client that reads nothing of its response for so long is considered gone.
    idle_seconds
        From a response to the next request on a connection.
    work_seconds
        From the end of a request's body to its response.
    training_seconds
        For one training run.
    piece_seconds
        CPU seconds of reading one picture, after which it is ended with its process.
    abandoned_seconds
        The same if its client is gone, or was told that the request takes too long.
    stuck_seconds
        Work that takes so long is ended with its process, and another one replaces it.
    wait_seconds
        Waiting time of a picture after which /readyz fails.
    drain_seconds, exit_seconds
        After the service is asked to stop: for running requests, and until the process exits in any case.
    trainings
        Finished training runs kept, with their models.
    """

    body: int = 20_000_000
    held: int = 200_000_000
    pictures: int = 32
    images: int = 1_000
    cells: int = 50_000
    explained: int = 24
    explained_in_all: int = 48
    workers: int = 8
    queue: int = 64
    decoded: int = 16
    connections: int = 1_000
    streams: int = 32
    client_connections: int = 250
    client_held: int = 60_000_000
    client_explained: int = 240
    client_explained_rate: float = 4.0
    head_seconds: float = 10.0
    pause_seconds: float = 10.0
    body_seconds: float = 60.0
    write_seconds: float = 30.0
    idle_seconds: float = 15.0
    work_seconds: float = 60.0
    training_seconds: float = 900.0
    piece_seconds: float = 30.0
    abandoned_seconds: float = 5.0
    stuck_seconds: float = 90.0
    wait_seconds: float = 10.0
    drain_seconds: float = 5.0
    exit_seconds: float = 9.0
    trainings: int = 8


HEAD_BYTES = 32_768
"""The maximum size of a request's headers, including its URL, in bytes."""

HEADERS = 100
"""The maximum number of headers. Each costs an object in memory, however short it is."""

PROBLEMS = 1_000
"""The maximum number of unread pictures in a table, each of which takes a row of a workbook."""
