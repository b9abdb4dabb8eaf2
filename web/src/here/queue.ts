/** Run tasks one after another, the most urgent first. */

const URGENCIES = ["reading", "look", "load"] as const;
/** Users wait for readings, watch explanations, and do not notice loading. */
export type Urgency = (typeof URGENCIES)[number];

export type Work = () => Promise<unknown>;

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
