/** Networks that were trained in the page are kept in the browser's database, with their curves and weights. */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { TrainingState } from "../../../networks/training/train";
import { forget, inStore, putTogether } from "../../../shared/storage/database";
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
const CHANNEL = "shuzi networks";
const networkKey = (id: string) => `network ${id}`;
const stateKey = (id: string) => `state ${id}`;

const known = signal<readonly KeptNetwork[] | null>(null);
/** In the order of keeping; null until loaded. */
export const keptNetworks: ReadonlySignal<readonly KeptNetwork[] | null> = known;
/** The names that a person gave, by the runs' ids. */
export const givenNames: ReadonlySignal<ReadonlyMap<string, string>> = computed(
  () => new Map((known.value ?? []).filter(({ name }) => name !== "").map(({ id, name }) => [id, name])),
);

let loading: Promise<void> | null = null;

/** Load the kept networks, and follow other tabs from then on. */
export function loadNetworks(): Promise<void> {
  if (!loading) new BroadcastChannel(CHANNEL).onmessage = () => void load();
  if (!loading) {
    loading = load();
    void loading.then(makeFiles);
  }
  return loading;
}

async function load(): Promise<void> {
  const all = IDBKeyRange.bound(networkKey(""), networkKey("\uffff"));
  const found = await inStore(STORE, "readonly", (store) => store.getAll(all) as IDBRequest<KeptNetwork[]>);
  known.value = [...(found ?? known.peek() ?? [])].sort((a, b) => a.date - b.date);
}

/** Make the files that were unfinished when the page was closed. */
async function makeFiles(): Promise<void> {
  for (const { id, run, onnx } of known.peek() ?? []) {
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
  known.value = [...(known.peek() ?? []).filter((kept) => kept.id !== id), network];
  await putTogether(STORE, { [networkKey(id)]: network, [stateKey(id)]: state });
  tellOtherTabs();
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
  const before = known.peek()?.find((network) => network.id === id);
  if (!before) return;
  const changed = make(before);
  known.value = (known.peek() ?? []).map((network) => (network === before ? changed : network));
  await inStore(STORE, "readwrite", (store) => store.put(changed, networkKey(id)));
  tellOtherTabs();
}

export async function forgetNetwork(id: string): Promise<void> {
  if (!known.peek()?.some((network) => network.id === id)) return;
  known.value = (known.peek() ?? []).filter((network) => network.id !== id);
  await forget(STORE, [networkKey(id), stateKey(id)]);
  tellOtherTabs();
}

function tellOtherTabs(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(null);
  channel.close();
}
