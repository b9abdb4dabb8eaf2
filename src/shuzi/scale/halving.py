"""Ray Tune's asynchronous successive halving, which records each decision and continues from the record."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from ray.tune.schedulers import ASHAScheduler, TrialScheduler

from shuzi.scale.sweep_plan import ACCURACY, AT, NAME, PROBLEM, REDUCTION, STEPS, Decision, Plan, Record


class Halving(ASHAScheduler):  # type: ignore[misc] # Ray is optional
    """Decides at each rung whether a trial continues (Li et al., 2020).

    A trial continues if its validation accuracy is in the best quarter of those seen so far after as many steps.
    Without early stopping there is one rung, the end.
    """

    def __init__(self, plan: Plan, record: Record, tell: Callable[[str, int, Decision | None], object]) -> None:
        longest = max(trial.recipe.steps for trial in plan.trials())
        super().__init__(
            time_attr=STEPS,
            metric=ACCURACY,
            mode="max",
            max_t=longest,
            grace_period=min(plan.first or longest, longest),
            reduction_factor=REDUCTION,
        )
        self._record = record
        self._tell = tell
        self._decided = {(decision.trial, decision.steps): decision.goes_on for decision in record.decisions}
        for decision in record.decisions:
            if decision.accuracy is not None:
                # Ray Tune would number the same trial differently in each process
                same: Any = SimpleNamespace(trial_id=f"{decision.trial} {decision.steps}")
                nobody: Any = None
                self.on_trial_add(nobody, same)
                super().on_trial_result(nobody, same, {STEPS: decision.steps, ACCURACY: decision.accuracy})

    def on_trial_result(self, tune_controller: Any, trial: Any, result: dict[str, Any]) -> str:
        """Decide on a trial, unless it only reports its progress."""
        name = str(trial.config[NAME])
        if PROBLEM in result:
            self._note(Decision(name, result[STEPS], None, problem=result[PROBLEM]))
        if AT in result:
            self._tell(name, result[AT], None)
        if ACCURACY not in result:
            return str(TrialScheduler.CONTINUE)
        key = name, result[STEPS]
        if key not in self._decided:
            decision = super().on_trial_result(tune_controller, trial, result)
            self._decided[key] = decision == TrialScheduler.CONTINUE
            self._note(Decision(*key, result[ACCURACY], self._decided[key]))
        return str(TrialScheduler.CONTINUE if self._decided[key] else TrialScheduler.STOP)

    def _note(self, decision: Decision) -> None:
        self._record.add(decision)
        self._tell(decision.trial, decision.steps, decision)
