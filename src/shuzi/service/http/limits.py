"""What the service takes at most, and how long it waits: one place for every number that a request can run into."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What a service takes at most.

    Parameters
    ----------
    body
        Bytes of a request's body.
    held
        Bytes of all bodies that are in memory at once.
    pictures
        Pictures in one request; each page of a PDF is one.
    images
        28x28 images in one request.
    explained, explained_in_all
        Digits of one picture, and of all pictures of a request, for which it is measured what counted: each costs
        some hundred classifications.
    workers
        Reading processes; each takes about 150 MB, and the child processes that decode as much.
    queue
        Requests that wait for a core.
    decoded
        Requests with pictures that a child process decodes, which may take many seconds; plain ones pass them by.
    connections, streams
        Open connections; open streams of events among them.
    client_connections, client_held
        Open connections, or requests where a trusted proxy hands them on, and bytes of bodies of one client.
    client_explained, client_explained_rate
        Explained digits that one client may ask for at once, and how many more every second.
    head_seconds
        From the first byte of a request to the end of its headers.
    pause_seconds, body_seconds
        Between two pieces of a body; for the whole body.
    write_seconds
        A client that takes nothing of its answer for so long has gone.
    idle_seconds
        From an answer to the next request of a connection.
    work_seconds
        From the end of a request's body to its answer.
    training_seconds
        For one training.
    stuck_seconds
        Work that takes so long is ended with its process, and another one takes its place.
    wait_seconds
        A picture should have begun by then; where one has not, /readyz says that the service is not ready.
    drain_seconds, exit_seconds
        After the service was asked to end: for requests that have begun, and until the process is gone, whatever
        happens.
    trainings
        Finished trainings that are remembered, and their models.
    """

    body: int = 20_000_000
    held: int = 200_000_000
    pictures: int = 32
    images: int = 1_000
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
    stuck_seconds: float = 90.0
    wait_seconds: float = 10.0
    drain_seconds: float = 5.0
    exit_seconds: float = 9.0
    trainings: int = 8


HEAD_BYTES = 32_768
"""Bytes that the headers of a request may take, its address included."""

HEADERS = 100
"""Headers of a request. Each costs an object in memory, however short it is."""
