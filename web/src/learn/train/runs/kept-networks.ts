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
  /** What the person calls it; "" if they said nothing. */
  name: string;
  /** When it was kept, in milliseconds. */
  date: number;
  run: Run;
  /** Null until its file is made, which takes a while: a card tells how well it does. */
  onnx: Uint8Array<ArrayBuffer> | null;
}

const STORE = "networks";
const CHANNEL = "shuzi networks";
const networkKey = (id: string) => `network ${id}`;
const stateKey = (id: string) => `state ${id}`;

const known = signal<readonly KeptNetwork[] | null>(null);
/** In the order in which they were kept; null until they were looked for. */
export const keptNetworks: ReadonlySignal<readonly KeptNetwork[] | null> = known;
/** The names that a person gave, by the runs' ids. */
export const givenNames: ReadonlySignal<ReadonlyMap<string, string>> = computed(
  () => new Map((known.value ?? []).filter(({ name }) => name !== "").map(({ id, name }) => [id, name])),
);

let loading: Promise<void> | null = null;

/** Look for what was kept before; from then on, what other tabs keep is known too. */
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

/** Make the files that were not made before the page was left. */
async function makeFiles(): Promise<void> {
  for (const { id, run, onnx } of known.peek() ?? []) {
    const [settings, state] = onnx ? [null, null] : [settingsOf(id), await stateOf(id)];
    if (!settings || !state) continue;
    restoreHere(run, settings, state);
    await addFile(run);
  }
}

/** Keep the network of a run that has ended, in place of what it was before. */
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

/** Have the file of a kept network made, unless it has learnt more or is gone by then. */
async function addFile(run: Run): Promise<void> {
  const onnx = await onnxHere(run.id);
  if (onnx)
    await change(run.id, (network) => (network.run.step === run.step ? { ...network, onnx } : network));
}

/** With which weights a kept network goes on; null if it is gone. */
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
