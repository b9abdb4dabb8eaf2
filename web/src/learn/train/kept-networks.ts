/** Networks that were trained in the page are kept in the browser's database, with their curves and weights. */
import { computed, type ReadonlySignal } from "@preact/signals";
import { MODELS } from "../../here/read";
import { codeName, isCodeName, type KeptCode, keptCodes, loadCodes } from "../../models/paper/kept-codes";
import { type NetworkName, type Settings, STANDARD } from "../../networks/training/settings";
import type { TrainingState } from "../../networks/training/train";
import { say } from "../../sentences/say";
import { inStore, putTogether } from "../../shared/storage/database";
import { KeptList } from "../../shared/storage/kept-list";
import { whole } from "../format";
import { onnxHere, restoreHere, stateHere } from "./here/client";
import { ownName, ownRunOf, type Recipe, type Run, settingsOf } from "./run";
import { runs } from "./runs";

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

export function descriptionOf(run: Run): string {
  return run.recipe ? [kindOf(run), ...differences(run.recipe)].join(" · ") : say("learn.train.someone");
}

/** The name without the seed, in which runs of the same kind differ. */
export function familyOf(run: Run): string {
  return run.recipe ? descriptionOf({ ...run, recipe: { ...run.recipe, seed: 0 } }) : run.id;
}

function kindOf({ where, recipe }: Run): string {
  if (where === "service") return say("learn.train.with-tensorflow", recipe?.name ?? recipe?.network ?? "");
  return say(`learn.train.network.${recipe?.network as NetworkName}`);
}

/** A learning rate without powers of ten: 0.00001. */
export function rateWritten(rate: number): string {
  return Number(rate.toPrecision(6)).toLocaleString("en", { maximumFractionDigits: 10 });
}

function differences(recipe: Recipe): string[] {
  const standard: Settings = STANDARD[recipe.network as NetworkName] ?? STANDARD.mlp;
  const sentences: string[] = [];
  const differs = (name: keyof Recipe & keyof Settings) =>
    recipe[name] !== undefined && recipe[name] !== standard[name];
  if (differs("batch_size")) sentences.push(say("learn.train.with.batch_size", whole(recipe.batch_size)));
  if (differs("learning_rate")) {
    sentences.push(say("learn.train.with.learning_rate", rateWritten(recipe.learning_rate)));
  }
  if (differs("steps")) sentences.push(say("learn.train.with.steps", whole(recipe.steps)));
  if (differs("hidden")) sentences.push(say("learn.train.with.hidden", whole(recipe.hidden ?? 0)));
  if (differs("depth")) sentences.push(say("learn.train.with.depth", whole(recipe.depth ?? 1)));
  if (differs("images")) sentences.push(say("learn.train.with.images", whole(recipe.images ?? 0)));
  if (differs("optimizer"))
    sentences.push(say(`learn.train.optimizer.${recipe.optimizer as "sgd" | "adam"}`));
  if (differs("augment") && recipe.augment !== "none") sentences.push(say("learn.train.with.augment"));
  if (differs("seed")) sentences.push(say("learn.train.with.seed", String(recipe.seed)));
  return sentences;
}

/** The networks that were trained in this page or scanned from a code, now or at an earlier visit, as models that read in it. */
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
