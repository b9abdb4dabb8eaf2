/** A walk downhill, step by step or by itself, and its buttons. */

import { useEffect, useState } from "preact/hooks";
import { say } from "../../sentences/say";
import { Button } from "../../shared/button";

export interface Walking<Point> {
  walk: readonly Point[];
  running: boolean;
  step(): void;
  toggle(): void;
  restart(): void;
}

interface Rules<Point> {
  from: Point;
  /** Its settings; it restarts when they change. */
  knobs: string;
  /** Milliseconds from step to step. */
  pace: number;
  onward: (walk: readonly Point[]) => readonly Point[];
  /** Whether it continues automatically. */
  runsOn: (walk: readonly Point[]) => boolean;
}

export function useWalk<Point>({ from, knobs, pace, onward, runsOn }: Rules<Point>): Walking<Point> {
  const begun = { knobs, walk: [from] as readonly Point[], running: false };
  const [state, setState] = useState(begun);
  const { walk, running } = state.knobs === knobs ? state : begun;
  const go = (isRunning: boolean) => {
    const longer = onward(walk);
    setState({ knobs, walk: longer, running: isRunning && runsOn(longer) });
  };
  useEffect(() => {
    if (!running) return;
    const timer = setTimeout(() => go(true), pace);
    return () => clearTimeout(timer);
  }, [running, walk, knobs]);
  return {
    walk,
    running,
    step: () => go(false),
    toggle: () => (running ? setState({ knobs, walk, running: false }) : go(true)),
    restart: () => setState(begun),
  };
}

/** @param walking `isOver` tells whether no step is left */
export function WalkButtons(walking: Walking<unknown> & { isOver: boolean }) {
  const { walk, running, step, toggle, restart, isOver } = walking;
  return (
    <div class="buttons">
      <Button label={say("learn.rate.step")} disabled={isOver} onClick={step} />
      <Button
        look="primary"
        label={say(running ? "learn.rate.pause" : "learn.rate.run")}
        disabled={isOver && !running}
        onClick={toggle}
      />
      <Button look="plain" label={say("learn.rate.restart")} disabled={walk.length === 1} onClick={restart} />
    </div>
  );
}
