/** The trainings of this page: started, watched, stopped, compared. Their ids stand in the address. */
import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import { parameter, view } from "../../address";
import { announce } from "../../announce";
import { ApiError, request } from "../../api";
import { say } from "../../sentences/say";
import { percent } from "../format";
import { hasEnded, newRun, type Recipe, type Run, type TrainingEvent, withEvents } from "./run";
import { listen } from "./stream";

/** As the service describes a training. */
interface Training {
  id: string;
  state: string;
  recipe: Recipe;
}

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

export const runs: ReadonlySignal<readonly Run[]> = known;
export const hidden: ReadonlySignal<ReadonlySet<string>> = hiddenIds;
/** The run whose weights and result are shown: the one that was chosen, else the last. */
export const chosen: ReadonlySignal<Run | null> = computed(
  () => known.value.find((run) => run.id === chosenId.value) ?? known.value.at(-1) ?? null,
);
/** The run that is under way. */
export const active: ReadonlySignal<Run | null> = computed(
  () => known.value.find((run) => !hasEnded(run)) ?? null,
);
export const asking = signal(false);
export const stopping = signal("");
export const trouble = signal<Trouble | null>(null);
/** Ids of trainings whose events do not come at the moment. "refused": the browser will not try again by itself. */
export const silent = signal<ReadonlyMap<string, "trying" | "refused">>(new Map());

const streams = new Map<string, () => void>();

/** The view is shown: take up what the address names, and go on watching what is under way. */
export function open(): void {
  const named = inAddress.value ? inAddress.value.split(",") : [];
  for (const id of named.slice(-MOST)) add(id);
  for (const run of known.peek()) if (!hasEnded(run)) follow(run.id);
  writeAddress();
}

/** The view is left: nothing is listened to any more. What was heard is kept. */
export function close(): void {
  for (const stop of streams.values()) stop();
  streams.clear();
  silent.value = new Map();
}

export async function start(recipe: Pick<Recipe, "batch_size" | "learning_rate" | "steps">): Promise<void> {
  trouble.value = null;
  asking.value = true;
  try {
    const training = await request<Training>("v1/training", { body: recipe });
    watch(training.id, training.recipe);
  } catch (error) {
    trouble.value = troubleOf(error);
  } finally {
    asking.value = false;
  }
}

/** Watch a training that runs already. */
export function watch(id: string, recipe: Recipe | null = null): void {
  batch(() => {
    trouble.value = null;
    add(id, recipe);
    chosenId.value = id;
  });
  writeAddress();
  if (view.peek() === "learn") follow(id);
}

export async function stop(id: string): Promise<void> {
  trouble.value = null;
  stopping.value = id;
  try {
    await request<Training>(`v1/training/${encodeURIComponent(id)}`, { method: "DELETE" });
  } catch (error) {
    stopping.value = "";
    trouble.value = troubleOf(error);
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
  streams.get(id)?.();
  streams.delete(id);
  setSilent(id, null);
  known.value = known.peek().filter((run) => run.id !== id);
  writeAddress();
}

/** Try again to hear of a training. */
export function follow(id: string): void {
  if (streams.has(id)) return;
  setSilent(id, null);
  streams.set(
    id,
    listen(id, {
      onEvents: (events) => hear(id, events),
      onConnection: (stands) => setSilent(id, stands ? null : "trying"),
      onRefused: () => {
        streams.delete(id);
        void askWhy(id);
      },
    }),
  );
}

function add(id: string, recipe: Recipe | null = null): void {
  if (known.peek().some((run) => run.id === id)) return;
  const number = Math.max(0, ...known.peek().map((run) => run.number)) + 1;
  const all = [...known.peek(), newRun(id, number, recipe)];
  const surplus = all.filter(hasEnded).slice(0, Math.max(0, all.length - MOST));
  known.value = all.filter((run) => !surplus.includes(run));
}

function hear(id: string, events: readonly TrainingEvent[]): void {
  change(id, (run) => withEvents(run, events));
  const run = known.peek().find((each) => each.id === id);
  if (!run || !hasEnded(run)) return;
  streams.delete(id);
  if (stopping.peek() === id) stopping.value = "";
  if (run.state === "stopped") announce(say("learn.train.said.stopped", run.step));
  if (run.state === "failed") announce(run.failure);
  if (run.result) announce(say("learn.train.said.done", percent(run.result.accuracy)));
}

/** The stream was refused: is the training unknown, or does the service not answer? */
async function askWhy(id: string): Promise<void> {
  setSilent(id, "refused");
  try {
    await request<Training>(`v1/training/${encodeURIComponent(id)}`);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) return;
    setSilent(id, null);
    if (known.peek().find((run) => run.id === id)?.losses.length) {
      change(id, (run) => ({ ...run, state: "unknown" }));
    } else {
      forget(id);
      trouble.value = { sentence: say("learn.train.unknown"), running: null };
    }
  }
}

function change(id: string, make: (run: Run) => Run): void {
  known.value = known.peek().map((run) => (run.id === id ? make(run) : run));
}

function setSilent(id: string, how: "trying" | "refused" | null): void {
  if ((silent.peek().get(id) ?? null) === how) return;
  const map = new Map(silent.peek());
  if (how) map.set(id, how);
  else map.delete(id);
  silent.value = map;
}

function writeAddress(): void {
  if (view.peek() !== "learn") return;
  inAddress.set(
    known
      .peek()
      .map((run) => run.id)
      .join(","),
  );
}

function troubleOf(error: unknown): Trouble {
  if (!(error instanceof ApiError)) throw error;
  const running = error.status === 409 ? error.problem.training : null;
  return { sentence: error.sentence, running: typeof running === "string" ? running : null };
}
