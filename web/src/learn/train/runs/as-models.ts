/** The networks that were trained in this page or scanned from a code, now or at an earlier visit, as models that read in it. */
import { computed, type ReadonlySignal } from "@preact/signals";
import { codeName, isCodeName, type KeptCode, keptCodes, loadCodes } from "../../../models/paper/kept-codes";
import { say } from "../../../sentences/say";
import { onnxHere } from "../here/client";
import { keptNetworks, loadNetworks } from "./kept-networks";
import { besideShipped, letterOf, nameOf } from "./naming";
import { ownName, ownRunOf } from "./own-names";
import type { Run } from "./run";
import { runs } from "./runs";

export interface OwnNetwork {
  /** In the address. */
  name: string;
  /** Depends on the steps so far: a continued run becomes another network. */
  version: string;
  /** Its display name, with its letter if Learn shows it. */
  label: string;
}

/** Load everything that the browser keeps. */
export function loadOwn(): Promise<unknown> {
  return Promise.all([loadNetworks(), loadCodes()]);
}

const areKnown = computed(() => keptNetworks.value !== null && keptCodes.value !== null);

/** Runs with at least one step that are not in training. */
export const ownNetworks: ReadonlySignal<readonly OwnNetwork[]> = computed(() => {
  const shown = runs.value.filter(
    ({ where, state, step }) => where === "page" && step > 0 && ["done", "stopped"].includes(state),
  );
  const kept = (keptNetworks.value ?? []).filter(({ id }) => !shown.some((run) => run.id === id));
  return [
    ...shown.map((run) => networkOf(run, `${letterOf(run)} · ${besideShipped(nameOf(run))}`)),
    ...kept.map(({ run }) => networkOf(run, besideShipped(nameOf(run)))),
    ...(keptCodes.value ?? []).map(scannedNetwork),
  ];
});

function networkOf(run: Run, label: string): OwnNetwork {
  return { name: ownName(run.id), version: versionOf(run), label };
}

function scannedNetwork(code: KeptCode): OwnNetwork {
  const name = codeName(code.id);
  return { name, version: `${name}@0`, label: say("models.scanned.name", code.name) };
}

/** Whether this names a network stored in the browser. */
export function isOwnName(name: string): boolean {
  return isCodeName(name) || ownRunOf(name) !== null;
}

/** Whether the requested network is missing from the browser; false while unknown. */
export function isGone(name: string): boolean {
  return isOwnName(name) && areKnown.value && !ownNetworks.value.some((owned) => owned.name === name);
}

function versionOf({ id, step }: Run): string {
  return `${ownName(id)}@${step}`;
}

/**
 * The model that reads for this choice: the version of the user's network, if the browser has it, else `otherwise`;
 * "" while that is not known.
 */
export function readerFor(name: string, otherwise: string): string {
  if (!isOwnName(name)) return name || otherwise;
  const network = ownNetworks.value.find((owned) => owned.name === name);
  return network?.version ?? (areKnown.value ? otherwise : "");
}

/** The .onnx file of a version; null if the network is gone, or has learnt more since. */
export async function ownFile(version: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const name = version.split("@")[0] ?? "";
  const code = keptCodes.peek()?.find(({ id }) => codeName(id) === name);
  const kept = keptNetworks.peek()?.find(({ run }) => versionOf(run) === version);
  const onnx = code?.onnx ?? kept?.onnx;
  if (onnx) return onnx.slice();
  // it is being made
  const id = ownNetworks.peek().some((owned) => owned.version === version) ? ownRunOf(name) : null;
  return id === null ? null : onnxHere(id);
}
