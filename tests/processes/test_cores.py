import math
import os

import pytest

from shuzi.processes import cores as counting
from shuzi.processes.cores import cores, multiplies_bfloat16, quota


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture
def groups(tmp_path):
    """Write the groups of a process, and return how many cores they allow."""

    def allowed(membership, **files):
        write(tmp_path / "cgroup", membership)
        for name, text in files.items():
            write(tmp_path / "mount" / name.replace("__", "/").replace("_dot_", "."), text)
        return quota(tmp_path / "cgroup", tmp_path / "mount")

    return allowed


def test_a_quota_of_version_2_counts_whichever_group_above_sets_it(groups):
    text = "0::/user/app\n"
    assert groups(text, user__app__cpu_dot_max="max 100000\n") == math.inf
    assert groups(text, user__app__cpu_dot_max="max 100000\n", user__cpu_dot_max="150000 100000\n") == 1.5
    assert groups(text, cpu_dot_max="50000 100000\n") == 0.5


def test_a_container_sees_its_own_group_at_the_root_whatever_its_name_outside(groups):
    assert groups("0::/../../docker/abc\n", cpu_dot_max="300000 100000\n") == 3


@pytest.mark.parametrize("mount", ["cpu", "cpu,cpuacct"])
def test_a_quota_of_version_1_counts(tmp_path, mount):
    write(tmp_path / "cgroup", "5:memory:/app\n4:cpu,cpuacct:/app\n1:name=systemd:/app\n")
    write(tmp_path / mount / "app" / "cpu.cfs_quota_us", "250000\n")
    write(tmp_path / mount / "app" / "cpu.cfs_period_us", "100000\n")
    assert quota(tmp_path / "cgroup", tmp_path) == 2.5
    for allowed, period in ((-1, 100_000), (0, 100_000), (250_000, 0)):
        write(tmp_path / mount / "app" / "cpu.cfs_quota_us", f"{allowed}\n")
        write(tmp_path / mount / "app" / "cpu.cfs_period_us", f"{period}\n")
        assert quota(tmp_path / "cgroup", tmp_path) == math.inf


@pytest.mark.parametrize("text", ["", "nonsense", "0::/\n"])
def test_without_groups_there_is_no_limit(groups, text):
    assert groups(text) == math.inf
    assert groups(text, cpu_dot_max="rubbish\n") == math.inf


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="this system binds no process to cores")
@pytest.mark.parametrize(
    ("bound", "allowed", "expected"), [(1, math.inf, 1), (8, math.inf, 8), (8, 1.5, 2), (2, 6.0, 2), (4, 0.1, 1)]
)
def test_the_fewer_of_both_count(monkeypatch, bound, allowed, expected):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(bound)))
    monkeypatch.setattr(counting, "_quota", lambda: allowed)
    assert cores() == expected


@pytest.mark.parametrize(
    ("described", "can"),
    [
        ("processor\t: 0\nflags\t\t: fpu fma avx2 avx512_bf16 amx_tile\n", True),
        ("processor\t: 0\nflags\t\t: fpu fma avx2 avx512f\n", False),
        ("processor\t: 0\nFeatures\t: fp asimd i8mm bf16\n", True),
        ("processor\t: 0\nFeatures\t: fp asimd\nmodel name\t: bf16\n", False),
        ("", False),
    ],
)
def test_the_kernel_says_whether_there_are_instructions_for_bfloat16(tmp_path, described, can):
    write(tmp_path / "cpuinfo", described)
    assert multiplies_bfloat16(tmp_path / "cpuinfo") is can
    assert multiplies_bfloat16(tmp_path / "none") is False
