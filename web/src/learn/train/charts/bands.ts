/** Runs that differ in their seed only become one line with a band around it. */
import type { Point } from "../../chart/line-chart";
import { familyOf } from "../runs/naming";
import type { Run } from "../runs/run";

/** Several seeds of one kind of run: their mean, and the range that they cover. */
export interface Family {
  key: string;
  first: Run;
  mean: readonly Point[];
  low: readonly Point[];
  high: readonly Point[];
}

/** Single runs as they are, and families of at least two. */
export function bandsOf<Drawn extends { run: Run; points: readonly Point[] }>(
  drawn: readonly Drawn[],
): { single: Drawn[]; bands: Family[] } {
  const families = grouped(drawn, ({ run }) => `${run.where} ${familyOf(run)}`);
  const single: Drawn[] = [];
  const bands: Family[] = [];
  for (const [key, members] of families) {
    const band = members.length > 1 ? bandOf(key, members) : null;
    if (band) bands.push(band);
    else single.push(...members);
  }
  return { single, bands };
}

function bandOf(key: string, members: readonly { run: Run; points: readonly Point[] }[]): Family | null {
  const [first] = members;
  const steps = grouped(
    members.flatMap(({ points }) => points),
    ([step]) => step,
  );
  // steps that all runs have reached
  const common = [...steps].filter(([, points]) => points.length === members.length);
  if (!first || common.length === 0) return null;
  const line = (of: (values: readonly number[]) => number): Point[] =>
    common.map(([step, points]) => [step, of(points.map(([, value]) => value))]);
  return {
    key,
    first: first.run,
    mean: line((values) => values.reduce((sum, value) => sum + value, 0) / values.length),
    low: line((values) => Math.min(...values)),
    high: line((values) => Math.max(...values)),
  };
}

function grouped<T, K>(values: readonly T[], keyOf: (value: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const value of values) groups.set(keyOf(value), [...(groups.get(keyOf(value)) ?? []), value]);
  return groups;
}
