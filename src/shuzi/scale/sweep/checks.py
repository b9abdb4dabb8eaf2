"""Check a cluster and the folders of a sweep before anything is trained."""

from __future__ import annotations

import secrets
from pathlib import Path

from shuzi.errors import ClusterError, RecipeError, RunError
from shuzi.scale.cluster import alive, ask_nodes
from shuzi.scale.sweep.plan import Plan
from shuzi.scale.sweep.trial_run import Places


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
        from shuzi.data.registers import load_cells

        load_cells(places.registers)


def _sees(path: str) -> bool:
    try:
        return Path(path).exists()
    except OSError:  # such as a folder above it that may not be searched
        return False


def _check_shared(folder: Path) -> None:
    mark = folder / f".{secrets.token_hex(8)}"
    mark.touch()
    try:
        for node, is_there in ask_nodes(_sees, str(mark)):
            if not is_there:
                raise RunError("error.sweep.not_shared", path=folder, node=node)
    finally:
        mark.unlink()
