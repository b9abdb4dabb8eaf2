"""Count the cores that this process may use, and tell what they can do."""

from __future__ import annotations

import math
import os
from functools import cache
from pathlib import Path

_given = math.inf


def cores() -> int:
    """Count the cores that this process may use: those it is bound to, or fewer if its container's quota is lower.

    >>> 1 <= cores() <= (os.cpu_count() or 1)
    True
    """
    bound = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, math.ceil(min(bound, _quota(), _given)))


def give(count: int) -> None:
    """Limit this process to so many cores, as a scheduler may assign cores without binding it to them."""
    global _given
    _given = count


@cache
def multiplies_bfloat16(description: Path = Path("/proc/cpuinfo")) -> bool:
    """Tell whether the cores have instructions for bfloat16; without them it is emulated, slower than float32.

    Only Linux reports this; for other systems the answer is no, which costs speed at worst. The kernel's description
    of the cores has a line of ``flags`` on x86-64, of ``Features`` on ARM.
    """
    try:
        lines = description.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return False
    named = next((line for line in lines if line.startswith(("flags", "Features"))), "")
    return not {"avx512_bf16", "amx_bf16", "bf16"}.isdisjoint(named.partition(":")[2].split())


@cache
def _quota() -> float:
    return quota(Path("/proc/self/cgroup"), Path("/sys/fs/cgroup"))


def quota(membership: Path, root: Path) -> float:
    """Return how many cores' worth of time a process's control groups allow, infinity if there is no limit.

    `membership` is the file that lists the groups, one per line: ``0::/path`` (version 2) or ``4:cpu,cpuacct:/path``
    (version 1). They are mounted at `root`, where a container sees its own group, regardless of the listed path.
    """
    try:
        lines = membership.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return math.inf
    lowest = math.inf
    for line in lines:
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if not controllers:
            lowest = min(lowest, *(_version_2(group) for group in _upwards(root, path)))
        elif "cpu" in controllers.split(","):
            for mount in {root / controllers, root / "cpu"}:
                lowest = min(lowest, *(_version_1(group) for group in _upwards(mount, path)))
    return lowest


def _upwards(mount: Path, path: str) -> list[Path]:
    """Return a group's folder and its parents, whose limits apply too; the mount itself comes last."""
    steps = [step for step in path.split("/") if step not in ("", "..")]
    return [mount.joinpath(*steps[:count]) for count in range(len(steps), -1, -1)]


def _version_2(group: Path) -> float:
    try:
        allowed, period = (group / "cpu.max").read_text(encoding="utf-8").split()
        return math.inf if allowed == "max" else int(allowed) / int(period)
    except (OSError, ValueError, ZeroDivisionError):
        return math.inf


def _version_1(group: Path) -> float:
    try:
        allowed = int((group / "cpu.cfs_quota_us").read_text(encoding="utf-8"))
        period = int((group / "cpu.cfs_period_us").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return math.inf
    return allowed / period if allowed > 0 and period > 0 else math.inf
