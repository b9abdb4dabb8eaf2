/** The networks that were trained in this page, now or at an earlier visit, as models that read in it. */
import { computed, type ReadonlySignal } from "@preact/signals";
import { onnxHere } from "../here/client";
import { keptNetworks } from "./kept-networks";
import { ownName, ownRunOf } from "./own-names";
import type { Run } from "./run";
import { runs } from "./runs";

export interface OwnNetwork {
  /** In the address. */
  name: string;
  /** Of what it has learnt so far: a run that goes on becomes another network. */
  version: string;
  run: Run;
  /** Whether it is among the runs that Learn shows, where it has a letter. */
  isShown: boolean;
}

/** Those that have learnt something and are not learning now. */
export const ownNetworks: ReadonlySignal<readonly OwnNetwork[]> = computed(() => {
  const shown = runs.value.filter(
    ({ where, state, step }) => where === "page" && step > 0 && ["done", "stopped"].includes(state),
  );
  const kept = (keptNetworks.value ?? []).filter(({ id }) => !shown.some((run) => run.id === id));
  return [...shown.map((run) => networkOf(run, true)), ...kept.map(({ run }) => networkOf(run, false))];
});

function networkOf(run: Run, isShown: boolean): OwnNetwork {
  return { name: ownName(run.id), version: versionOf(run), run, isShown };
}

function versionOf({ id, step }: Run): string {
  return `${ownName(id)}@${step}`;
}

/**
 * What reads if this model is asked for: the version of a network trained here, if the browser has it, else `otherwise`;
 * "" while that is not known.
 */
export function readerFor(name: string, otherwise: string): string {
  if (ownRunOf(name) === null) return name || otherwise;
  const network = ownNetworks.value.find((owned) => owned.name === name);
  return network?.version ?? (keptNetworks.value ? otherwise : "");
}

/** The .onnx file of a version; null if the network is gone, or has learnt more since. */
export async function ownFile(version: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const kept = keptNetworks.peek()?.find(({ run }) => versionOf(run) === version);
  if (kept?.onnx) return kept.onnx.slice();
  // it is being made
  const id = kept?.id ?? ownNetworks.peek().find((owned) => owned.version === version)?.run.id;
  return id === undefined ? null : onnxHere(id);
}
