"""How long training in the page takes, from opening the page to the result.

    python benchmarks/training_in_page.py

A real Chromium opens the page of a real `shuzi serve`, both on this machine, and the start button is pressed as soon
as it is there. The clock of the page runs from the navigation to the frame that shows the result, so it includes
loading the images, the validations on the way and the test at the end. Each network is trained with its standard
settings and several seeds. On a machine that does other work too, the processor time of the browser's renderers says
more than the clock: training itself uses one core.
"""

from __future__ import annotations

import argparse
import os
import statistics
from pathlib import Path
from typing import Any

from machine import keep
from page import browsing, build_page, serving

NETWORKS = ("softmax", "mlp", "small_convolutions")
TICKS = os.sysconf("SC_CLK_TCK")
LONG = 600_000  # milliseconds: only a failed run takes longer

# the moment when the result is drawn
_CLOCK = """
window.ended = null;
new MutationObserver(() => {
  if (window.ended === null && document.querySelector(".train-result")) {
    window.ended = -1;
    requestAnimationFrame(() => { window.ended = performance.now(); });
  }
}).observe(document, { subtree: true, childList: true });
"""


def renderer_seconds() -> dict[int, float]:
    """Return the processor time of each renderer that this process has started, directly or not."""
    parents, seconds = {}, {}
    for each in Path("/proc").glob("[0-9]*"):
        try:
            fields = (each / "stat").read_text().rpartition(")")[2].split()
            command = (each / "cmdline").read_text()
        except OSError:
            continue
        parents[int(each.name)] = int(fields[1])
        if "--type=renderer" in command:
            seconds[int(each.name)] = (int(fields[11]) + int(fields[12])) / TICKS

    def is_ours(process: int) -> bool:
        while process not in (0, os.getpid()):
            process = parents.get(process, 0)
        return process == os.getpid()

    return {process: value for process, value in seconds.items() if is_ours(process)}


def train(browser: Any, address: str, network: str, seed: int) -> dict[str, Any]:
    """Train once in a new page, and return the time and the accuracy."""
    before = renderer_seconds()
    with browser.new_context(locale="en-GB") as context:
        page = context.new_page()
        page.add_init_script(_CLOCK)
        page.goto(f"{address}?view=learn&step=train&network={network}&seed={seed}", wait_until="commit")
        page.get_by_role("button", name="Start training").click()
        page.wait_for_function("() => window.ended > 0", timeout=LONG)
        # the renderer of an earlier page may have ended meanwhile, and its time with it
        used = sum(value - before.get(process, 0) for process, value in renderer_seconds().items())
        accuracy = page.locator(".run-outcome").inner_text()
        return {
            "seed": seed,
            "seconds": round(page.evaluate("window.ended") / 1000, 2),
            "processor seconds": round(used, 2),
            "accuracy": float(accuracy.split()[0]) / 100,
        }


def main() -> None:
    """Measure and save the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--name", default="speed-training-in-page", help="of the result")
    given = parser.parse_args()
    build_page()
    load = round(os.getloadavg()[0], 1)
    measured: dict[str, Any] = {}
    with serving() as address, browsing() as browser:
        for network in NETWORKS:
            runs = [train(browser, address, network, seed) for seed in range(given.seeds)]
            middle = {
                f"median {name}": statistics.median(run[name] for run in runs)
                for name in ("seconds", "processor seconds", "accuracy")
            }
            measured[network] = middle | {"judged on": "test" if network == "softmax" else "validation", "runs": runs}
            print(network, middle, flush=True)
        keep(given.name, {"browser": f"Chromium {browser.version}", "load before": load, **measured})


if __name__ == "__main__":
    main()
