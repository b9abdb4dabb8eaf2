/** Count how many kept digits each network trained here reads right. */
import { useEffect } from "preact/hooks";
import { kept, keptExamples, loadKept } from "../../hand/kept";
import { largestOf } from "../../networks/loss";
import { usePromised } from "../../shared/promised";
import { readHere } from "../train/here/client";
import { hasEnded, type Run } from "../train/runs/run";

const CLASSES = 10;

/** @returns by run id; without runs in training, whose next step each answer would delay */
export function useOwnRight(runs: readonly Run[]): ReadonlyMap<string, number> {
  useEffect(() => void loadKept(), []);
  const ended = runs.filter((run) => hasEnded(run) && run.step > 0);
  const state = ended.map(({ id, step }) => `${id} ${step}`).join();
  const digits = kept.value.map(({ id, label }) => `${id} ${label}`).join();
  return usePromised(() => ask(ended), `${state} ${digits}`, true) ?? new Map();
}

async function ask(runs: readonly Run[]): Promise<ReadonlyMap<string, number>> {
  const { images, labels } = keptExamples();
  if (labels.length === 0 || runs.length === 0) return new Map();
  const ids = runs.map(({ id }) => id);
  const answers = (await readHere(ids, images)) ?? [];
  return new Map(
    ids.flatMap((id, run) => {
      const probabilities = answers[run];
      return probabilities ? [[id, rightAmong(probabilities, labels)] as const] : [];
    }),
  );
}

function rightAmong(probabilities: Float32Array, labels: Uint8Array): number {
  return labels.filter((label, index) => largestOf(probabilities, index * CLASSES) === label).length;
}
