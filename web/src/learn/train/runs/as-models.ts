/** The networks that were trained in this page, as models that read in it. They last as long as the page is open. */
import { computed, type ReadonlySignal } from "@preact/signals";
import { onnxHere } from "../here/client";
import { ownName, ownRunOf } from "./own-names";
import type { Run } from "./run";
import { runs } from "./runs";

export interface OwnNetwork {
  /** In the address. */
  name: string;
  /** Of what it has learnt so far: a run that goes on becomes another network. */
  version: string;
  run: Run;
}

/** Those that have learnt something and are not learning now. */
export const ownNetworks: ReadonlySignal<readonly OwnNetwork[]> = computed(() =>
  runs.value
    .filter(({ where, state, step }) => where === "page" && step > 0 && ["done", "stopped"].includes(state))
    .map((run) => ({ name: ownName(run.id), version: `${ownName(run.id)}@${run.step}`, run })),
);

/** The model to read with if this one is asked for: the version of a network trained here, if the page has it, else `otherwise`. */
export function readerFor(name: string, otherwise: string): string {
  if (ownRunOf(name) === null) return name || otherwise;
  return ownNetworks.value.find((owned) => owned.name === name)?.version ?? otherwise;
}

/** The .onnx file of a version; null if the network is gone, or has learnt more since. */
export async function ownFile(version: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const network = ownNetworks.peek().find((owned) => owned.version === version);
  return network ? onnxHere(network.run.id) : null;
}
