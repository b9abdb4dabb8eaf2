/** The networks that the browser keeps: those trained in the page, with their curves, and those scanned from codes. */
import { computed, type ReadonlySignal } from "@preact/signals";
import { MODELS } from "../../here/read";
import { type Settings, STANDARD } from "../../networks/settings";
import { say } from "../../sentences/say";
import { KeptList } from "../../shared/storage/kept-list";
import { percent, whole } from "../format";
import { ownName, type Run } from "./run";

export interface KeptNetwork {
  /** How it is named among models, and in the address: by its run, or by the hash of its code's content. */
  id: string;
  /** The name from its code or the user; "" if none. */
  name: string;
  /** When it was kept, in milliseconds. */
  date: number;
  /** As it was when its training ended or was stopped; null if it was scanned. */
  run: Run | null;
  onnx: Uint8Array<ArrayBuffer>;
}

const list = new KeptList<KeptNetwork>("network");
/** In the order of keeping; null until loaded. */
export const keptNetworks = list.records;
/** The names that a person gave, by the networks' ids. */
const givenNames: ReadonlySignal<ReadonlyMap<string, string>> = computed(
  () =>
    new Map((keptNetworks.value ?? []).filter(({ name }) => name !== "").map(({ id, name }) => [id, name])),
);

/** Load the kept networks, and follow other tabs from then on. */
export function loadNetworks(): Promise<void> {
  return list.load();
}

/** Keep a network, in place of an earlier one of its id. */
export async function keepNetwork(network: KeptNetwork): Promise<void> {
  await loadNetworks();
  await list.keep([network]);
}

/** Keep the network of an ended run. */
export async function keepRun(run: Run, onnx: Uint8Array<ArrayBuffer>): Promise<void> {
  await loadNetworks();
  const id = ownName(run.id);
  await keepNetwork({ id, name: givenNames.peek().get(id) ?? "", date: Date.now(), run, onnx });
}

export async function forgetNetwork(id: string): Promise<void> {
  if (keptNetworks.peek()?.some((network) => network.id === id)) await list.forget(id);
}

const SCANNED = "scanned.";

/** The id of a network from a code, of whose content this is the hash: a code scanned twice is one network. */
export function scannedName(hash: string): string {
  return SCANNED + hash;
}

export function isScannedName(name: string): boolean {
  return name.startsWith(SCANNED);
}

/** Depends on the steps so far: a run trained anew becomes another network. */
export function versionOf({ id, run }: KeptNetwork): string {
  return `${id}@${run?.step ?? 0}`;
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
  return givenNames.value.get(ownName(run.id)) ?? descriptionOf(run);
}

/** Where the networks that come with shuzi are listed too: a name of one of them says whose it is. */
export function calledOf({ name, run }: KeptNetwork): string {
  if (!run) return say("models.scanned.name", name);
  const own = nameOf(run);
  return MODELS.includes(own.toLowerCase()) ? say("models.own.same", own) : own;
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
