/** The training runs on this page: started, watched, stopped, compared. Their ids are in the address. */
import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import { parameter, view } from "../../address";
import { announce } from "../../announce";
import { ApiError, isAbort, request } from "../../api";
import type { Training as Described, TrainingRequest } from "../../generated/shapes";
import { codeName, isCodeName, type KeptCode, keptCodes, loadCodes } from "../../models/paper/kept-codes";
import type { Settings } from "../../networks/settings";
import { say } from "../../sentences/say";
import { forgetHere, onEvents, onnxHere, restoreHere, resumeHere, startHere, stopHere } from "./here/client";
import {
  besideShipped,
  endingOf,
  forgetNetwork,
  keepNetwork,
  keptNetworks,
  letterOf,
  loadNetworks,
  nameOf,
  stateOf,
} from "./kept-networks";
import { type Pace, pace } from "./pace";
import {
  hasEnded,
  idOf,
  newRun,
  ownName,
  ownRunOf,
  type Recipe,
  type Run,
  settingsOf,
  type TrainingEvent,
  withEvents,
} from "./run";
import { listen } from "./stream";

/** A run as the service describes it, with the recipe values that the page uses. */
type Training = Described & { recipe: Recipe };

/** The reason of a failure, and the blocking run, if any. */
interface Trouble {
  sentence: string;
  running: string | null;
}

const MOST = 10; // more lines could not be distinguished

const inAddress = parameter("runs", "", (text) => (/^[\w.-]+(,[\w.-]+)*$/.test(text) ? text : null));
const allRuns = signal<readonly Run[]>([]);
const chosenId = signal("");
const hiddenIds = signal<ReadonlySet<string>>(new Set());
const asked = signal(false);
const stoppingId = signal("");
const lastTrouble = signal<Trouble | null>(null);
/** Runs that start after the one in progress. */
let queue: readonly Settings[] = [];
/** Runs whose end is announced to screen readers: not those that had ended when the page was opened. */
const awaited = new Set<string>();

export const runs: ReadonlySignal<readonly Run[]> = allRuns;
/** Ids of runs whose curves are hidden. */
export const hidden: ReadonlySignal<ReadonlySet<string>> = hiddenIds;
/** The run whose weights and result are shown: the selected one, else the last. */
export const chosen: ReadonlySignal<Run | null> = computed(
  () => allRuns.value.find((run) => run.id === chosenId.value) ?? allRuns.value.at(-1) ?? null,
);
/** The run in progress. */
export const active: ReadonlySignal<Run | null> = computed(
  () => allRuns.value.find((run) => !hasEnded(run)) ?? null,
);
/** Whether a request to start a run is pending. */
export const asking: ReadonlySignal<boolean> = asked;
/** The id of the run that was asked to stop and has not stopped yet. */
export const stopping: ReadonlySignal<string> = stoppingId;
export const trouble: ReadonlySignal<Trouble | null> = lastTrouble;

/** The view is shown: load the runs in the address, or those that were kept, and follow the one in progress. */
export function open(): void {
  const named = inAddress.value ? inAddress.value.split(",") : [];
  void bringBack(named.length === 0 && allRuns.peek().length === 0);
  for (const id of named.slice(-MOST)) add(id);
  for (const run of allRuns.peek()) {
    if (hasEnded(run) || run.where === "page") continue;
    listenTo(run.id);
    void awaitIfRunning(run.id);
  }
  writeAddress();
}

/** @param all whether to show all kept runs that fit, not only those in the address */
async function bringBack(all: boolean): Promise<void> {
  await loadNetworks();
  const kept = keptNetworks.peek() ?? [];
  if (all) for (const { id } of kept.slice(-MOST)) add(id);
  for (const network of kept) {
    if (allRuns.peek().find(({ id }) => id === network.id)?.state !== "planned") continue;
    const [settings, state] = [settingsOf(network.id), await stateOf(network.id)];
    if (!settings || !state) continue;
    change(network.id, ({ ordinal }) => ({ ...network.run, ordinal }));
    restoreHere(network.run, settings, state);
  }
  writeAddress();
}

async function awaitIfRunning(id: string): Promise<void> {
  try {
    const training = await request<Training>(`v1/training/${encodeURIComponent(id)}`);
    if (training.state === "running") awaited.add(id);
    // a run stopped before it began has no settings
    change(id, (run) => ({ ...run, recipe: run.recipe ?? training.recipe }));
  } catch (error) {
    // the event stream has the same problem and reports it
    if (!(error instanceof ApiError)) throw error;
  }
}

/** Stop following when the view is left. Received events are kept. */
export function close(): void {
  leaveAll();
}

/** Train in the page, one run after another; earlier runs with the same settings start over. */
export function startInPage(settings: readonly Settings[]): void {
  lastTrouble.value = null;
  queue = [...queue, ...settings];
  if (!active.peek()) startNext();
}

function startNext(): void {
  const [settings, ...rest] = queue;
  if (!settings) return;
  queue = rest;
  const id = idOf(settings);
  forgetHere(id);
  awaited.add(id);
  batch(() => {
    const before = allRuns.peek().find((run) => run.id === id);
    if (before) change(id, ({ ordinal }) => newRun(id, ordinal, "page", settings));
    else add(id, settings, "starting");
    chosenId.value = id;
  });
  writeAddress();
  startHere(id, settings);
}

/** Continue a run in the page: to its end if it was stopped, else for as many steps again. */
export function resume(run: Run): void {
  const steps = run.recipe?.steps ?? 0;
  awaited.add(run.id);
  change(run.id, (before) => ({ ...before, state: "starting" }));
  choose(run.id);
  resumeHere(run.id, run.step < steps ? steps : run.step * 2);
}

onEvents((id, events) => {
  const run = change(id, (before) => withEvents(before, events));
  if (!run || !hasEnded(run)) return;
  end(run);
  if (["done", "stopped"].includes(run.state) && run.step > 0) void keepNetwork(run);
  startNext();
});

/** Train on the service, with TensorFlow. */
export async function startOnService(asking: TrainingRequest): Promise<void> {
  lastTrouble.value = null;
  asked.value = true;
  try {
    const training = await request<Training>("v1/training", { body: asking });
    slowly(training.id, followerOf(training.id));
    watch(training.id, training.recipe);
  } catch (error) {
    lastTrouble.value = troubleOf(error);
  } finally {
    asked.value = false;
  }
}

/** Watch a run already in progress. */
export function watch(id: string, recipe: Recipe | null = null): void {
  awaited.add(id);
  batch(() => {
    lastTrouble.value = null;
    add(id, recipe);
    chosenId.value = id;
  });
  writeAddress();
  if (view.peek() === "learn") listenTo(id);
}

/** Retry following a run. */
export function listenTo(id: string): void {
  follow(id, followerOf(id));
}

/** Stop a run and drop those waiting for it; the network is kept. */
export async function stop(id: string): Promise<void> {
  lastTrouble.value = null;
  stoppingId.value = id;
  queue = [];
  if (isInPage(id)) {
    stopHere(id);
    return;
  }
  hurry(id);
  try {
    await request<Training>(`v1/training/${encodeURIComponent(id)}`, { method: "DELETE" });
  } catch (error) {
    stoppingId.value = "";
    lastTrouble.value = troubleOf(error);
  }
}

/** Show a run's weights and result. */
export function choose(id: string): void {
  chosenId.value = id;
}

/** Hide a run's curves, or show them again. */
export function toggle(id: string): void {
  const ids = new Set(hiddenIds.peek());
  if (!ids.delete(id)) ids.add(id);
  hiddenIds.value = ids;
}

/** Remove a run and its network from the page and the browser; a training of the service continues. */
export function forget(id: string): void {
  if (isInPage(id)) {
    stopHere(id);
    forgetHere(id);
    void forgetNetwork(id);
  }
  leave(id);
  allRuns.value = allRuns.peek().filter((run) => run.id !== id);
  writeAddress();
}

function isInPage(id: string): boolean {
  return settingsOf(id) !== null;
}

function add(id: string, recipe: Recipe | null = null, state: Run["state"] = "planned"): void {
  if (allRuns.peek().some((run) => run.id === id)) return;
  const taken = allRuns.peek().map((run) => run.ordinal);
  const ordinal = Array.from({ length: MOST + 1 }, (_, index) => index + 1).find(
    (candidate) => !taken.includes(candidate),
  );
  const settings = settingsOf(id);
  const run = newRun(id, ordinal ?? 1, settings ? "page" : "service", recipe ?? settings);
  const all = [...allRuns.peek(), settings ? { ...run, state } : run];
  const surplus = all.filter(hasEnded).slice(0, Math.max(0, all.length - MOST));
  allRuns.value = all.filter((listed) => !surplus.includes(listed) || listed.id === id);
}

function followerOf(id: string): Follower {
  return {
    onEvents: (events) => {
      const run = change(id, (before) => withEvents(before, events));
      if (run && hasEnded(run)) end(run);
    },
    onUnknown: () => {
      if (allRuns.peek().find((run) => run.id === id)?.losses.length) {
        change(id, (run) => ({ ...run, state: "unknown" }));
      } else {
        forget(id);
        lastTrouble.value = { sentence: say("learn.train.unknown"), running: null };
      }
    },
  };
}

function end(run: Run): void {
  leave(run.id);
  if (stoppingId.peek() === run.id) stoppingId.value = "";
  if (!awaited.delete(run.id)) return;
  announce(endingOf(run));
}

function change(id: string, make: (run: Run) => Run): Run | undefined {
  allRuns.value = allRuns.peek().map((run) => (run.id === id ? make(run) : run));
  return allRuns.peek().find((run) => run.id === id);
}

function writeAddress(): void {
  if (view.peek() !== "learn") return;
  const ids = allRuns.peek().map((run) => run.id);
  inAddress.set(ids.join(","));
}

function troubleOf(error: unknown): Trouble {
  if (!(error instanceof ApiError)) throw error;
  const running = error.status === 409 ? error.problem.training : null;
  return { sentence: error.sentence, running: typeof running === "string" ? running : null };
}

/** "trying": the connection broke and will be retried; "refused": only the user can retry. */
type Silence = "trying" | "refused";

const silences = signal<ReadonlyMap<string, Silence>>(new Map());
/** The state of runs whose events are not arriving. */
export const silent: ReadonlySignal<ReadonlyMap<string, Silence>> = silences;

interface Follower {
  onEvents(events: readonly TrainingEvent[]): void;
  /** The service does not know the run. */
  onUnknown(): void;
}

const PAUSE = 2000; // milliseconds before a refused stream is requested again

/** Functions that stop following, by run id. */
const streams = new Map<string, () => void>();
const paces = new Map<string, Pace>();
const still = matchMedia("(prefers-reduced-motion: reduce)");

/** Follow a run until it ends, unless it is being followed already. */
export function follow(id: string, follower: Follower): void {
  if (streams.has(id)) return;
  setSilence(id, null);
  const stop = listen(id, {
    onEvents: (events) => {
      const held = paces.get(id);
      if (held) held.take(events);
      else follower.onEvents(events);
    },
    onConnection: (stands) => setSilence(id, stands ? null : "trying"),
    onRefused: () => void askWhy(id, follower),
  });
  streams.set(id, stop);
}

/** Slow down the events of a run that starts now, so that people can watch it learn. */
function slowly(id: string, follower: Follower): void {
  if (!still.matches) paces.set(id, pace(follower.onEvents));
}

/** Show all received events of a run at once. */
function hurry(id: string): void {
  paces.get(id)?.flush();
}

/** Stop following a run. */
export function leave(id: string): void {
  streams.get(id)?.();
  streams.delete(id);
  paces.get(id)?.stop();
  paces.delete(id);
  setSilence(id, null);
}

function leaveAll(): void {
  for (const id of [...streams.keys()]) leave(id);
}

/** Find out why a stream was refused: an unknown run, an unreachable service, or just a busy one. */
async function askWhy(id: string, follower: Follower): Promise<void> {
  const controller = new AbortController();
  streams.set(id, () => controller.abort());
  try {
    await request<object>(`v1/training/${encodeURIComponent(id)}`, { signal: controller.signal });
    setSilence(id, "trying");
    const timer = setTimeout(() => {
      streams.delete(id);
      follow(id, follower);
    }, PAUSE);
    streams.set(id, () => clearTimeout(timer));
  } catch (error) {
    if (isAbort(error)) return;
    if (error instanceof ApiError && error.status === 404) {
      leave(id);
      follower.onUnknown();
    } else {
      streams.delete(id);
      setSilence(id, "refused");
    }
  }
}

function setSilence(id: string, silence: Silence | null): void {
  if ((silences.peek().get(id) ?? null) === silence) return;
  const map = new Map(silences.peek());
  if (silence) map.set(id, silence);
  else map.delete(id);
  silences.value = map;
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
