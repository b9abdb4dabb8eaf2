"""`shuzi scale read` on two Ray nodes of one CPU against `read_many` on two cores, and how the driver's memory grows.

    python benchmarks/scale_read.py
    python benchmarks/scale_read.py --pictures 4000 --driver 2000 20000

The pictures are composed pages of any kind, as PNG files in a folder. They are read in rounds, each by both in turns,
and every row must be the same. Of Ray's part only the last three quarters of the files are timed: before them, actors
start, one after the other, which takes seconds however much there is to read; how long it takes to the first file is
given as `start_up`. The dashboard is off. Other work on the machine changes the times, and less so their ratio.

The driver's memory is the most that its process has in RAM above what it had when it was connected, while it reads
Parquet files, in a process of its own each. Their rows are no pictures, so that 200,000 of them take a minute, and
each becomes a row with its error. The driver sees neither.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from machine import keep
from PIL import Image

import shuzi
from shuzi.scale.cluster import Cluster, cluster
from shuzi.scale.read_shards import read, row_of
from shuzi.scale.shards import Order
from shuzi.synthesis.composer import Composer, any_kind

ROUNDS = 5
ROWS = 20  # pictures in a file, so that no node waits long for the last file
_STATUS = Path("/proc/self/status")


def compose(folder: Path, count: int) -> None:
    """Write composed pages as PNG files, a folder for each round."""
    test = shuzi.load_mnist().test
    composer, draws = Composer(test.images, test.labels), np.random.default_rng(0)
    for number in range(count):
        place = folder / str(number % ROUNDS)
        place.mkdir(exist_ok=True)
        Image.fromarray(any_kind(composer, draws).grey).save(place / f"{number:06}.png", compress_level=1)


def on_one_machine(reader: shuzi.Reader, folder: Path) -> tuple[float, dict[str, Any]]:
    """Return pictures per second, and the rows."""
    paths = sorted(folder.iterdir())
    began = time.perf_counter()
    found = list(reader.read_many(paths))
    rate = len(paths) / (time.perf_counter() - began)
    rows = {str(path): row_of(str(path), each) for path, each in zip(paths, found, strict=True)}
    return rate, rows


def on_nodes(
    reader: shuzi.Reader, there: Cluster, folder: Path, output: Path
) -> tuple[dict[str, float], dict[str, Any]]:
    """Return pictures per second, the seconds before the first file, and the rows."""
    import pyarrow.parquet as pq

    began = time.perf_counter()
    found: dict[str, float] = {}
    for progress in read(Order(str(folder), str(output), rows=ROWS), reader, there):
        now = time.perf_counter()
        if progress.done and not found:
            found["start_up"] = now - began
        if 4 * progress.done < progress.shards:
            quarter, before = now, progress.rows
        else:
            found["rate"] = (progress.rows - before) / (now - quarter)
    return found, {row["source"]: row for row in pq.read_table(output).to_pylist()}


def compare(count: int) -> dict[str, Any]:
    """Read the same pictures in both ways, in turns."""
    from ray.cluster_utils import Cluster as Nodes

    # Ray lets what it runs wait for everything else on the machine, where `read_many` takes its turn
    os.environ["RAY_worker_niceness"] = "0"  # noqa: SIM112 - Ray's own
    place = Path(tempfile.mkdtemp(prefix="s"))
    taken = socket.create_server(("127.0.0.1", 0))  # see `shuzi.scale.cluster`
    quiet = {"include_dashboard": False, "object_store_memory": 128 << 20}
    port = {"dashboard_host": "127.0.0.1", "dashboard_port": taken.getsockname()[1]}
    nodes = Nodes(True, head_node_args={**quiet, **port, "num_cpus": 0, "temp_dir": str(place / "ray")})
    for _ in range(2):
        nodes.add_node(num_cpus=1, **quiet)
    compose(place, count)
    reader, rounds = shuzi.load(), []
    on_one_machine(reader, place / "0")  # so that its processes are started
    try:
        with cluster(nodes.address) as there:
            for number in range(ROUNDS):
                folder = place / str(number)
                alone, expected = on_one_machine(reader, folder)
                many, found = on_nodes(reader, there, folder, place / f"out-{number}")
                if found != expected:
                    sys.exit("the rows differ")
                rounds.append({"read_many_rate": alone} | many | {"rate_ratio": many["rate"] / alone})
                print({name: round(value, 3) for name, value in rounds[-1].items()}, flush=True)
    finally:
        nodes.shutdown()
        shutil.rmtree(place, ignore_errors=True)
    middle = {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}
    return {"pictures": count, "nodes": 2, "rounds": rounds, "median": middle, "same_rows": True}


def growth(rows: int) -> dict[str, Any]:
    """Return the growth of this process's memory while so many rows are read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with tempfile.TemporaryDirectory(prefix="s") as folder:
        place = Path(folder, "in")
        place.mkdir()
        for number in range(0, rows, 20_000):
            none = pa.table({"png": [b"no picture"] * min(20_000, rows - number)})
            pq.write_table(none, place / f"{number:08}.parquet", row_group_size=1_000)
        reader = shuzi.load("tiny")
        with cluster() as there:
            before = _memory("VmRSS")
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # reset VmHWM
            began = time.perf_counter()
            *_, last = read(Order(str(place), f"{folder}/out"), reader, there)
            seconds = time.perf_counter() - began
            return {"rows": last.rows, "growth_mb": (_memory("VmHWM") - before) / 1e6, "seconds": seconds}


def _memory(name: str) -> int:
    lines = _STATUS.read_text(encoding="ascii").splitlines()
    return 1024 * int(next(line.split()[1] for line in lines if line.startswith(f"{name}:")))


def main() -> None:
    """Measure and keep the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=20_000)
    parser.add_argument("--driver", type=int, nargs="*", default=[2_000, 20_000, 200_000], help="rows of input")
    parser.add_argument("--grow", type=int, help="measure the driver in this process, and print it")
    given = parser.parse_args()
    if given.grow:
        print(json.dumps(growth(given.grow)))
        return
    compared = compare(given.pictures) if given.pictures else {}
    found = []
    for rows in given.driver:
        command = [sys.executable, __file__, "--grow", str(rows)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8")
        found.append(json.loads(done.stdout.splitlines()[-1]))
        print(found[-1], flush=True)
    keep("scale-read", {**compared, "driver": found})


if __name__ == "__main__":
    main()
