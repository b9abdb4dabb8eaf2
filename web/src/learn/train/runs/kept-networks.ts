/** Networks that were trained in the page are kept in the browser's database, with their curves and weights. */
import { computed, type ReadonlySignal } from "@preact/signals";
import type { TrainingState } from "../../../networks/training/train";
import { inStore, putTogether } from "../../../shared/storage/database";
import { KeptList } from "../../../shared/storage/kept-list";
import { onnxHere, restoreHere, stateHere } from "../here/client";
import { settingsOf } from "./identity";
import type { Run } from "./run";

/** A network as it was when its training ended or was stopped. */
export interface KeptNetwork {
  /** That of its run. */
  id: string;
  /** The name given by the user; "" if none. */
  name: string;
  /** When it was kept, in milliseconds. */
  date: number;
  run: Run;
  /** Null until its file is made, which takes a while, as the card includes the accuracy. */
  onnx: Uint8Array<ArrayBuffer> | null;
}

const STORE = "networks";
const stateKey = (id: string) => `state ${id}`;

const list = new KeptList<KeptNetwork>(STORE, "network");
/** In the order of keeping; null until loaded. */
export const keptNetworks = list.records;
/** The names that a person gave, by the runs' ids. */
export const givenNames: ReadonlySignal<ReadonlyMap<string, string>> = computed(
  () =>
    new Map((keptNetworks.value ?? []).filter(({ name }) => name !== "").map(({ id, name }) => [id, name])),
);

let loading: Promise<void> | null = null;

/** Load the kept networks, and follow other tabs from then on. */
export function loadNetworks(): Promise<void> {
  if (!loading) {
    loading = list.load();
    void loading.then(makeFiles);
  }
  return loading;
}

/** Make the files that were unfinished when the page was closed. */
async function makeFiles(): Promise<void> {
  for (const { id, run, onnx } of keptNetworks.peek() ?? []) {
    const [settings, state] = onnx ? [null, null] : [settingsOf(id), await stateOf(id)];
    if (!settings || !state) continue;
    restoreHere(run, settings, state);
    await addFile(run);
  }
}

/** Keep the network of an ended run, replacing its earlier version. */
export async function keepNetwork(run: Run): Promise<void> {
  const { id } = run;
  const [state] = await Promise.all([stateHere(id), loadNetworks()]);
  // it may have been trained further meanwhile, and is kept when that ends
  if (state?.step !== run.step) return;
  const network = { id, name: givenNames.peek().get(id) ?? "", date: Date.now(), run, onnx: null };
  list.show(network);
  await putTogether(STORE, { [list.keyOf(id)]: network, [stateKey(id)]: state });
  list.tellOtherTabs();
  await addFile(run);
}

/** Make the file of a kept network, unless it has been trained further or removed meanwhile. */
async function addFile(run: Run): Promise<void> {
  const onnx = await onnxHere(run.id);
  if (onnx)
    await change(run.id, (network) => (network.run.step === run.step ? { ...network, onnx } : network));
}

/** The weights from which a kept network continues; null if it is gone. */
export async function stateOf(id: string): Promise<TrainingState | null> {
  const read = (store: IDBObjectStore) => store.get(stateKey(id)) as IDBRequest<TrainingState | undefined>;
  return (await inStore(STORE, "readonly", read)) ?? null;
}

export function renameNetwork(id: string, name: string): Promise<void> {
  return change(id, (network) => ({ ...network, name }));
}

async function change(id: string, make: (network: KeptNetwork) => KeptNetwork): Promise<void> {
  const network = list.get(id);
  if (network) await list.keep(make(network));
}

export async function forgetNetwork(id: string): Promise<void> {
  if (list.get(id)) await list.forget(id, [stateKey(id)]);
}
