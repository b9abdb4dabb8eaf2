"""docs/how-to/cluster.md keeps its promises: what it shows is read by Ray's own parsers."""

import heapq
import json
import re
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "docs" / "how-to" / name for name in ("cluster.md", "cluster.zh.md")]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DOCUMENTS[0].exists(), reason="a source distribution has no documents"),
]


def shown(path):
    """Return the KubeRay manifest and the configuration of `ray up`."""
    kube, machines = map(
        yaml.safe_load, re.findall(r"^```yaml\n(.*?)^```$", path.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    )
    return kube, machines


def test_both_languages_show_the_same():
    english, chinese = map(shown, DOCUMENTS)
    assert english == chinese


def test_the_manifest_is_one_that_rays_autoscaler_understands():
    from ray.autoscaler._private.kuberay.autoscaling_config import _derive_autoscaling_config_from_ray_cr

    kube, _ = shown(DOCUMENTS[0])
    assert (kube["apiVersion"], kube["kind"], kube["spec"]["rayVersion"]) == (
        "ray.io/v1",
        "RayCluster",
        version("ray"),
    )
    found = _derive_autoscaling_config_from_ray_cr(kube)
    types = found["available_node_types"]
    head, readers = types.pop(found["head_node_type"]), types.pop("readers")
    assert not types
    assert head["resources"]["CPU"] == 0
    assert (readers["resources"]["CPU"], readers["min_workers"], readers["max_workers"]) == (4, 1, 64)
    (worker,) = kube["spec"]["workerGroupSpecs"]
    pod = worker["template"]["spec"]
    (volume,) = pod["volumes"]
    (container,) = pod["containers"]
    assert container["volumeMounts"] == [{"name": volume["name"], "mountPath": "/dev/shm"}]  # noqa: S108 - Ray's
    store = int(worker["rayStartParams"]["object-store-memory"])
    assert store < int(volume["emptyDir"]["sizeLimit"].removesuffix("Mi")) << 20
    assert container["resources"]["requests"] == container["resources"]["limits"]


def test_the_configuration_is_one_that_ray_up_understands():
    from ray.autoscaler._private.util import prepare_config, validate_config

    _, machines = shown(DOCUMENTS[0])
    whole = prepare_config(machines)
    validate_config(whole)
    assert whole["head_node_type"] in whole["available_node_types"]
    assert (
        whole["docker"]["image"]
        == shown(DOCUMENTS[0])[0]["spec"]["headGroupSpec"]["template"]["spec"]["containers"][0]["image"]
    )


def test_usage_statistics_are_off_wherever_ray_is_started():
    for path in DOCUMENTS:
        kube, machines = shown(path)
        groups = [kube["spec"]["headGroupSpec"], *kube["spec"]["workerGroupSpecs"]]
        for container in (each for group in groups for each in group["template"]["spec"]["containers"]):
            assert {"name": "RAY_USAGE_STATS_ENABLED", "value": "0"} in container["env"]
        assert "--env=RAY_USAGE_STATS_ENABLED=0" in machines["docker"]["run_options"]
        started = [line for line in path.read_text("utf-8").splitlines() if re.search(r"\bray start\b --", line)]
        assert started
        assert all("RAY_USAGE_STATS_ENABLED=0" in line for line in started)
    assert "ENV RAY_USAGE_STATS_ENABLED=0" in (ROOT / "Dockerfile.ray").read_text("utf-8")


def of_one_cpu(result):
    """Return the pictures per second of one CPU; each node had one."""
    return result["median"]["rate"] / result["nodes"]


def test_the_figures_are_those_that_were_measured():
    result = json.loads((ROOT / "benchmarks" / "results" / "scale-read.json").read_text("utf-8"))
    median, ratios = result["median"], [each["rate_ratio"] for each in result["rounds"]]
    rate = of_one_cpu(result)
    hours = 1e6 / rate / 3600
    figures = [f"{value:.2f}" for value in (median["rate_ratio"], min(ratios), max(ratios), 0.05 * hours)]
    figures += [f"{rate:.1f}", *(f"{value:.0f}" for value in (median["start_up"], hours))]
    figures += [str(result["pictures"]), *(f"{each['growth_mb']:.0f}" for each in result["driver"])]
    for path in DOCUMENTS:
        assert set(figures) <= set(re.findall(r"\d+(?:\.\d+)?", path.read_text("utf-8").replace(",", "")))


def hours_for(cpus, rate):
    """Return how long 4,096 tasks of two or three archives of 10,000 pictures take, each given to who is free."""
    tasks, free = [(2 + (each < 10_000 - 2 * 4_096)) * 10_000 / rate for each in range(4_096)], [0.0] * cpus
    for seconds in tasks:
        heapq.heapreplace(free, free[0] + seconds)
    return max(free) / 3600


def test_a_hundred_million_pictures_take_as_long_as_is_calculated():
    rate = of_one_cpu(json.loads((ROOT / "benchmarks" / "results" / "scale-read.json").read_text("utf-8")))
    for path in DOCUMENTS:
        rows = re.findall(r"^\| ([\d,]+) \| ([\d.,]+) \| ([\d.]+) \|$", path.read_text("utf-8"), re.MULTILINE)
        assert len(rows) == 6
        for row in rows:
            cpus, hours, ideal = (float(each.replace(",", "")) for each in row)
            found = hours_for(int(cpus), rate)
            assert hours == pytest.approx(found, rel=0.05)
            assert ideal == pytest.approx(1e8 / rate / cpus / 3600 / found, abs=0.006)
