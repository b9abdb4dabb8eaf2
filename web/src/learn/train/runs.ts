/** The trainings of this page: started, watched, stopped, compared. Their ids stand in the address. */
import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import { parameter, view } from "../../address";
import { announce } from "../../announce";
import { ApiError, request } from "../../api";
import { say } from "../../sentences/say";
import type { Training as Described } from "../../shapes";
import { endingOf } from "./ending";
import { type Follower, follow, hurry, leave, leaveAll, slowly } from "./following";
import { hasEnded, newRun, type Recipe, type Run, withEvents } from "./run";

/** As the service describes a training, with the values of its recipe that the page uses. */
type Training = Described & { recipe: Recipe };

/** Why something could not be done, and the training that is in the way where there is one. */
export interface Trouble {
  sentence: string;
  running: string | null;
}

const MOST = 6; // more lines are not told apart

const inAddress = parameter("runs", "", (text) => (/^[\w-]+(,[\w-]+)*$/.test(text) ? text : null));
const known = signal<readonly Run[]>([]);
const chosenId = signal("");
const hiddenIds = signal<ReadonlySet<string>>(new Set());
const asked = signal(false);
const stoppingId = signal("");
const lastTrouble = signal<Trouble | null>(null);
/** Whose ends are told to screen readers: not those of runs that had ended when the page was opened. */
const awaited = new Set<string>();

export const runs: ReadonlySignal<readonly Run[]> = known;
/** Ids of runs whose curves are left out. */
export const hidden: ReadonlySignal<ReadonlySet<string>> = hiddenIds;
/** The run whose weights and result are shown: the one that was chosen, else the last. */
export const chosen: ReadonlySignal<Run | null> = computed(
  () => known.value.find((run) => run.id === chosenId.value) ?? known.value.at(-1) ?? null,
);
/** The run that is under way. */
export const active: ReadonlySignal<Run | null> = computed(
  () => known.value.find((run) => !hasEnded(run)) ?? null,
);
/** Has the service been asked to start one and not answered yet? */
export const asking: ReadonlySignal<boolean> = asked;
/** The id of the run that has been told to stop and has not stopped yet. */
export const stopping: ReadonlySignal<string> = stoppingId;
export const trouble: ReadonlySignal<Trouble | null> = lastTrouble;

/** The view is shown: take up what the address names, and go on watching what is under way. */
export function open(): void {
  const named = inAddress.value ? inAddress.value.split(",") : [];
  for (const id of named.slice(-MOST)) add(id);
  for (const run of known.peek()) {
    if (hasEnded(run)) continue;
    listenTo(run.id);
    void awaitIfRunning(run.id);
  }
  writeAddress();
}

async function awaitIfRunning(id: string): Promise<void> {
  try {
    const training = await request<Training>(`v1/training/${encodeURIComponent(id)}`);
    if (training.state === "running") awaited.add(id);
  } catch (error) {
    // the event stream meets the same trouble, and tells of it
    if (!(error instanceof ApiError)) throw error;
  }
}

/** The view is left: nothing is listened to any more. What was heard is kept. */
export function close(): void {
  leaveAll();
}

export async function start(recipe: Pick<Recipe, "batch_size" | "learning_rate" | "steps">): Promise<void> {
  lastTrouble.value = null;
  asked.value = true;
  try {
    const training = await request<Training>("v1/training", { body: recipe });
    slowly(training.id, followerOf(training.id));
    watch(training.id, training.recipe);
  } catch (error) {
    lastTrouble.value = troubleOf(error);
  } finally {
    asked.value = false;
  }
}

/** Watch a training that runs already. */
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

/** Try again to hear of a training. */
export function listenTo(id: string): void {
  follow(id, followerOf(id));
}

export async function stop(id: string): Promise<void> {
  lastTrouble.value = null;
  stoppingId.value = id;
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

/** Leave a run's curves out, or draw them again. */
export function toggle(id: string): void {
  const ids = new Set(hiddenIds.peek());
  if (!ids.delete(id)) ids.add(id);
  hiddenIds.value = ids;
}

/** Take a run off the page; a training that is under way goes on. */
export function forget(id: string): void {
  leave(id);
  known.value = known.peek().filter((run) => run.id !== id);
  writeAddress();
}

function add(id: string, recipe: Recipe | null = null): void {
  if (known.peek().some((run) => run.id === id)) return;
  const number = Math.max(0, ...known.peek().map((run) => run.number)) + 1;
  const all = [...known.peek(), newRun(id, number, recipe)];
  const surplus = all.filter(hasEnded).slice(0, Math.max(0, all.length - MOST));
  known.value = all.filter((run) => !surplus.includes(run));
}

function followerOf(id: string): Follower {
  return {
    onEvents: (events) => {
      const run = change(id, (before) => withEvents(before, events));
      if (run && hasEnded(run)) end(run);
    },
    onUnknown: () => {
      if (known.peek().find((run) => run.id === id)?.losses.length) {
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
  known.value = known.peek().map((run) => (run.id === id ? make(run) : run));
  return known.peek().find((run) => run.id === id);
}

function writeAddress(): void {
  if (view.peek() !== "learn") return;
  const ids = known.peek().map((run) => run.id);
  inAddress.set(ids.join(","));
}

function troubleOf(error: unknown): Trouble {
  if (!(error instanceof ApiError)) throw error;
  const running = error.status === 409 ? error.problem.training : null;
  return { sentence: error.sentence, running: typeof running === "string" ? running : null };
}
