/** The messages between the page and its reading worker. */
import type { NumberLine, Reading } from "../generated/shapes";
import type { Grey } from "../ink/picture";
import type { Preparation } from "../reading/report/explain";
import type { Sentence } from "../reading/report/result";
import type { ClassifierWork } from "./worker";

/** The folder of networks trained in the page, which the page keeps itself. */
export const OWN_FOLDER = "own/";

/** Whether a model is a version of a network that was trained in the page. */
export function isOwn(model: string): boolean {
  return model.includes("@");
}

/** In place of the name of a model: what reads displays and meters. */
export const DISPLAY = "display";

/** The maximum number of explained digits of a picture. */
export const MAX_EXPLAINED = 40;

/** Without the sentence, which the page says in its own language. */
export interface Found extends Omit<Reading, "message" | "source" | "lines"> {
  advice: Sentence;
  lines: (Omit<NumberLine, "message"> & { advice: Sentence })[];
  /** See the reading of the page. */
  noDigit?: number;
  /** Of an explained reading: how its digits were prepared, not more than `MAX_EXPLAINED`. */
  prepared?: readonly Preparation[];
}

/** To the worker. */
export type Task =
  /** The pattern is one that `automatonOf` takes; "" for any number. */
  | { id: number; picture: Blob | Grey; model: string; pattern: string; explain: boolean }
  /** What the smallest network makes of clear digits, while the files of the one that was asked are on their way. */
  | { id: number; first: Blob | Grey }
  /** What a model's classifier is asked. */
  | { id: number; work: keyof ClassifierWork; input: unknown; model: string }
  /** Load the model before the first picture arrives. */
  | { prepare: string }
  /** The picture is no longer of interest. */
  | { id: number; dropped: true }
  /** A file that the worker requested, perhaps packed; null if unavailable. */
  | { file: string; content: Uint8Array<ArrayBuffer> | null };

const URGENCIES = ["reading", "look", "load"] as const;
/** Users wait for readings, watch explanations, and do not notice loading. */
export type Urgency = (typeof URGENCIES)[number];

type Work = () => Promise<unknown>;

export class Queue {
  readonly #waiting: Record<Urgency, Work[]> = { reading: [], look: [], load: [] };
  #isBusy = false;

  /** @param between yields to others after each piece of work */
  constructor(readonly between: () => Promise<void>) {}

  /** Run this once nothing of the same or greater urgency waits; a failure stops nothing. */
  add(urgency: Urgency, ...work: Work[]): void {
    this.#waiting[urgency].push(...work);
    void this.#goOn();
  }

  async #goOn(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    for (let next = this.#next(); next; next = this.#next()) {
      await next().catch(() => undefined);
      await this.between();
    }
    this.#isBusy = false;
  }

  #next(): Work | undefined {
    for (const urgency of URGENCIES) {
      const work = this.#waiting[urgency].shift();
      if (work) return work;
    }
    return undefined;
  }
}
