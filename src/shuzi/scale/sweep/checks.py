"""Check a cluster and the folders of a sweep before anything is trained."""

from __future__ import annotations

import secrets
from pathlib import Path

from shuzi.errors import ClusterError, RecipeError, RunError
from shuzi.scale.cluster import alive
from shuzi.scale.sweep.plan import Plan
from shuzi.scale.sweep.tune import Places


def check(plan: Plan, places: Places, local: bool) -> None:
    """Make sure that trials fit the cluster, that their data are there, and that all nodes share the sweep's folder.

    Parameters
    ----------
    plan
        The plan.
    places
        The folders, seen from here.
    local
        Whether the cluster is this machine alone: nodes with more CPUs or GPUs cannot join later.

    Raises
    ------
    ClusterError
        No node has as many CPUs or GPUs as a trial needs.
    RunError
        A node does not see the folder.
    DataError
        MNIST, pen strokes or cells of registers are missing or damaged.
    """
    if local:
        _check_size(plan)
    _check_data(plan, places)
    if not local:
        _check_shared(places.folder)


def _check_size(plan: Plan) -> None:
    most = [node["Resources"] for node in alive()]
    for resource, needed in (("CPU", plan.cpus), ("GPU", plan.gpus)):
        found = max((node.get(resource, 0) for node in most), default=0)
        if needed > found:
            raise ClusterError("error.sweep.size", resource=resource, needed=f"{needed:g}", found=f"{found:g}")


def _check_data(plan: Plan, places: Places) -> None:
    if plan.recipe.fine_tunes:
        raise RecipeError("error.recipe.own", name=plan.recipe.name)
    if places.data_dir is not None:
        from shuzi.data.mnist import load_mnist

        load_mnist(places.data_dir)
    if plan.recipe.needs_strokes:
        from shuzi.data.strokes import load_strokes

        load_strokes(places.strokes)
    if plan.recipe.needs_registers:
        from shuzi.data.registers.cells import load_cells

        load_cells(places.registers)


def _sees(path: str) -> bool:
    return Path(path).exists()


def _check_shared(folder: Path) -> None:
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    mark = folder / f".{secrets.token_hex(8)}"
    look = ray.remote(num_cpus=0, max_retries=1)(_sees)
    mark.touch()
    try:
        asked = {
            look.options(scheduling_strategy=NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)).remote(
                str(mark)
            ): node
            for node in alive()
        }
        for answer, node in asked.items():
            if not ray.get(answer):
                raise RunError("error.sweep.not_shared", path=folder, node=node["NodeManagerAddress"])
    finally:
        mark.unlink()
