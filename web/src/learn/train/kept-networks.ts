/** Networks that were trained in the page are kept in the browser's database, with their curves and weights. */
import { computed, type ReadonlySignal } from "@preact/signals";
import { MODELS } from "../../here/read";
import { type Settings, STANDARD } from "../../networks/settings";
import type { TrainingState } from "../../networks/train";
import { say } from "../../sentences/say";
import { inStore, putTogether } from "../../shared/storage/database";
import { KeptList } from "../../shared/storage/kept-list";
import { percent, whole } from "../format";
import { onnxHere, restoreHere, stateHere } from "./here/client";
import { type Run, settingsOf } from "./run";

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
const givenNames: ReadonlySignal<ReadonlyMap<string, string>> = computed(
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

const COLOURS = 10;

/** A letter for each run, beside its line and in the list: A, B, C, … */
export function letterOf({ ordinal }: Run): string {
  return String.fromCharCode(64 + ordinal);
}

/** The style that gives a run its colour. */
export function colourOf({ ordinal }: Run): Record<string, string> {
  return { "--run": `var(--run-${((ordinal - 1) % COLOURS) + 1})` };
}

/** The name given by the user, else such as "Hidden layer · rate 0.01 · 64 neurons". */
export function nameOf(run: Run): string {
  return givenNames.value.get(run.id) ?? descriptionOf(run);
}

/** A name where the networks that come with shuzi are listed too: if it is that of one of them, it says whose it is. */
export function besideShipped(name: string): string {
  return MODELS.includes(name.toLowerCase()) ? say("models.own.same", name) : name;
}

export function descriptionOf({ settings }: Pick<Run, "settings">): string {
  return [say(`learn.train.network.${settings.network}`), ...differences(settings)].join(" · ");
}

function differences(settings: Settings): string[] {
  const standard = STANDARD[settings.network];
  const sentences: string[] = [];
  const differs = (name: keyof Settings) => settings[name] !== standard[name];
  if (differs("batch_size")) sentences.push(say("learn.train.with.batch_size", whole(settings.batch_size)));
  if (differs("learning_rate"))
    sentences.push(say("learn.train.with.learning_rate", rateWritten(settings.learning_rate)));
  if (differs("steps")) sentences.push(say("learn.train.with.steps", whole(settings.steps)));
  if (differs("hidden")) sentences.push(say("learn.train.with.hidden", whole(settings.hidden)));
  if (differs("depth")) sentences.push(say("learn.train.with.depth", whole(settings.depth)));
  if (differs("images")) sentences.push(say("learn.train.with.images", whole(settings.images)));
  if (differs("optimizer")) sentences.push(say(`learn.train.optimizer.${settings.optimizer}`));
  if (differs("augment")) sentences.push(say("learn.train.with.augment"));
  if (differs("seed")) sentences.push(say("learn.train.with.seed", String(settings.seed)));
  return sentences;
}

/** For a run that has ended: its accuracy, where it stopped, or why it failed. */
export function endingOf(run: Run): string {
  if (run.result) return say(`learn.train.said.done.${run.result.on}`, percent(run.result.accuracy));
  if (run.state === "stopped") return say("learn.train.said.stopped", whole(run.step));
  return failureOf(run);
}

/** Why a run failed; "" if it did not. */
export function failureOf({ reason, settings }: Run): string {
  return reason && say(`learn.train.failed.${reason}`, rateWritten(settings.learning_rate));
}

/** A learning rate without powers of ten: 0.00001. */
export function rateWritten(rate: number): string {
  return Number(rate.toPrecision(6)).toLocaleString("en", { maximumFractionDigits: 10 });
}
