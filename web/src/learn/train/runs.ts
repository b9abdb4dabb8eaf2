/** The training runs on this page: started, watched, stopped, compared. Their ids are in the address. */
import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import { parameter, view } from "../../address";
import { announce } from "../../announce";
import { onEvents, startHere, stopHere } from "../../here/training";
import type { Settings } from "../../networks/settings";
import {
  calledOf,
  endingOf,
  forgetNetwork,
  isScannedName,
  keepRun,
  keptNetworks,
  letterOf,
  loadNetworks,
  versionOf,
} from "./kept-networks";
import { hasEnded, idOf, newRun, ownName, ownRunOf, type Run, settingsOf, withEvents } from "./run";

const MOST = 10; // more lines could not be distinguished

const inAddress = parameter("runs", "", (text) => (/^[\w.-]+(,[\w.-]+)*$/.test(text) ? text : null));
const allRuns = signal<readonly Run[]>([]);
const chosenId = signal("");
const stoppingId = signal("");
/** Runs that start after the one in progress. */
let queue: readonly Settings[] = [];

export const runs: ReadonlySignal<readonly Run[]> = allRuns;
/** The run whose weights and result are shown: the selected one, else the last. */
export const chosen: ReadonlySignal<Run | null> = computed(
  () => allRuns.value.find((run) => run.id === chosenId.value) ?? allRuns.value.at(-1) ?? null,
);
/** The run in progress. */
export const active: ReadonlySignal<Run | null> = computed(
  () => allRuns.value.find((run) => !hasEnded(run)) ?? null,
);
/** The id of the run that was asked to stop and has not stopped yet. */
export const stopping: ReadonlySignal<string> = stoppingId;

/** The view is shown: load the runs in the address, or those that were kept. */
export function open(): void {
  const named = inAddress.value ? inAddress.value.split(",") : [];
  void bringBack(named.length === 0 && allRuns.peek().length === 0);
  for (const id of named.slice(-MOST)) add(id);
  writeAddress();
}

/** @param all whether to show all kept runs that fit, not only those in the address */
async function bringBack(all: boolean): Promise<void> {
  await loadNetworks();
  const kept = (keptNetworks.peek() ?? []).flatMap(({ run }) => run ?? []);
  if (all) for (const { id } of kept.slice(-MOST)) add(id);
  for (const run of kept) {
    if (allRuns.peek().find(({ id }) => id === run.id)?.state !== "planned") continue;
    change(run.id, ({ ordinal }) => ({ ...run, ordinal }));
  }
  writeAddress();
}

/** Train in the page, one run after another; earlier runs with the same settings start over. */
export function startInPage(settings: readonly Settings[]): void {
  queue = [...queue, ...settings];
  if (!active.peek()) startNext();
}

function startNext(): void {
  const [settings, ...rest] = queue;
  if (!settings) return;
  queue = rest;
  const id = idOf(settings);
  batch(() => {
    add(id);
    change(id, ({ ordinal }) => newRun(id, ordinal, settings));
    chosenId.value = id;
  });
  writeAddress();
  startHere(id, settings);
}

onEvents((id, events, onnx) => {
  const run = change(id, (before) => withEvents(before, events));
  if (!run || !hasEnded(run)) return;
  if (onnx) void keepRun(run, onnx);
  if (stoppingId.peek() === id) stoppingId.value = "";
  announce(endingOf(run));
  startNext();
});

/** Stop a run and drop those waiting for it; the network is kept. */
export function stop(id: string): void {
  stoppingId.value = id;
  queue = [];
  stopHere(id);
}

/** Show a run's weights and result. */
export function choose(id: string): void {
  chosenId.value = id;
}

/** Remove a run and its network from the page and the browser. */
export function forget(id: string): void {
  stopHere(id);
  void forgetNetwork(ownName(id));
  allRuns.value = allRuns.peek().filter((run) => run.id !== id);
  writeAddress();
}

/** List a run of this id, unless it is no run's. */
function add(id: string): void {
  const settings = settingsOf(id);
  if (!settings || allRuns.peek().some((run) => run.id === id)) return;
  const taken = allRuns.peek().map((run) => run.ordinal);
  const ordinal = Array.from({ length: MOST + 1 }, (_, index) => index + 1).find(
    (candidate) => !taken.includes(candidate),
  );
  const all: Run[] = [...allRuns.peek(), { ...newRun(id, ordinal ?? 1, settings), state: "planned" }];
  const surplus = all.filter(hasEnded).slice(0, Math.max(0, all.length - MOST));
  allRuns.value = all.filter((listed) => !surplus.includes(listed) || listed.id === id);
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

/** The networks that were trained in this page or scanned from a code, now or at an earlier visit, as models that read in it. */
export interface OwnNetwork {
  /** In the address. */
  name: string;
  /** Depends on the steps so far: a continued run becomes another network. */
  version: string;
  /** Its display name, with its letter if Learn shows it. */
  label: string;
}

/** Those that the browser keeps. */
export const ownNetworks: ReadonlySignal<readonly OwnNetwork[]> = computed(() =>
  (keptNetworks.value ?? []).map((kept) => {
    const shown = runs.value.find(({ id }) => id === kept.run?.id);
    const name = calledOf(kept);
    return {
      name: kept.id,
      version: versionOf(kept),
      label: shown ? `${letterOf(shown)} · ${name}` : name,
    };
  }),
);

/** Whether this names a network stored in the browser. */
export function isOwnName(name: string): boolean {
  return isScannedName(name) || ownRunOf(name) !== null;
}

/** Whether the requested network is missing from the browser; false while unknown. */
export function isGone(name: string): boolean {
  return (
    isOwnName(name) && keptNetworks.value !== null && !ownNetworks.value.some((owned) => owned.name === name)
  );
}

/**
 * The model that reads for this choice: the version of the user's network, if the browser has it, else `otherwise`;
 * "" while that is not known.
 */
export function readerFor(name: string, otherwise: string): string {
  if (!isOwnName(name)) return name || otherwise;
  const network = ownNetworks.value.find((owned) => owned.name === name);
  return network?.version ?? (keptNetworks.value ? otherwise : "");
}

/** The .onnx file of a version; null if the network is gone, or has learnt more since. */
export async function ownFile(version: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const network = keptNetworks.peek()?.find((kept) => versionOf(kept) === version);
  return network?.onnx.slice() ?? null;
}
