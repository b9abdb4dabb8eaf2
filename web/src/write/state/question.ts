/** Has a picture read: first for the reading, as fast as possible, then for its explanation. */
import { batch, signal } from "@preact/signals";
import { ApiError, isAbort } from "../../api";
import { DISPLAY } from "../../here/protocol";
import { type Drawn, type HowToRead, type Reading, readPicture, type Unread } from "../../readings";

interface Answer<About> {
  readings: readonly (Reading | Unread)[];
  /** The subject of the request, for instance where on the paper the picture was. */
  about: About;
  how: HowToRead;
  explained: boolean;
}

/** Only the latest request counts: an earlier one still pending is aborted. */
export class Question<About> {
  readonly answer = signal<Answer<About> | null>(null);
  readonly trouble = signal<ApiError | null>(null);
  /** Seconds that a busy service asks to wait; null if it is not busy. */
  readonly busy = signal<number | null>(null);
  /** Whether a reading is on its way; an explanation does not count. */
  readonly asking = signal(false);
  #current: { picture: Blob | Drawn; how: HowToRead; controller: AbortController } | null = null;

  /**
   * Request the reading.
   *
   * @returns true once there is an answer; false if it failed or was aborted
   */
  async ask(picture: Blob | Drawn, about: About, how: HowToRead): Promise<boolean> {
    const controller = this.#begin(picture, how);
    const first = (reading: Reading) => {
      if (!controller.signal.aborted)
        this.answer.value = { readings: [reading], about, how, explained: false };
    };
    const readings = await this.#read(false, controller, first);
    if (!readings) return false;
    this.answer.value = { readings, about, how, explained: how.model === DISPLAY };
    return true;
  }

  /** Request the explanation, after a pause in which the user may continue writing. */
  async explain(pause = 0): Promise<void> {
    const { controller } = this.#current ?? {};
    if (!controller) return;
    await new Promise((resolve) => setTimeout(resolve, pause));
    const before = this.answer.peek();
    if (controller.signal.aborted || !before || before.explained) return;
    const readings = await this.#read(true, controller);
    if (readings) this.answer.value = { ...before, readings, explained: true };
  }

  /** Abort a pending request; the current answer stays. */
  giveUp(): void {
    this.#current?.controller.abort();
    this.#current = null;
    batch(() => {
      this.asking.value = false;
      this.busy.value = null;
    });
  }

  /** Clear the question. */
  reset(): void {
    this.giveUp();
    batch(() => {
      this.answer.value = null;
      this.trouble.value = null;
    });
  }

  #begin(picture: Blob | Drawn, how: HowToRead): AbortController {
    this.giveUp();
    const controller = new AbortController();
    this.#current = { picture, how, controller };
    return controller;
  }

  async #read(
    explain: boolean,
    controller: AbortController,
    onFirst: (reading: Reading) => void = () => undefined,
  ): Promise<(Reading | Unread)[] | null> {
    const current = this.#current;
    if (current?.controller !== controller) return null;
    this.asking.value = !explain;
    try {
      const readings = await readPicture(current.picture, {
        ...current.how,
        explain,
        onFirst,
        signal: controller.signal,
        onBusy: (seconds) => {
          this.busy.value = seconds;
        },
      });
      if (controller.signal.aborted) return null;
      this.trouble.value = null;
      return readings;
    } catch (error) {
      if (isAbort(error) || controller.signal.aborted) return null;
      if (!(error instanceof ApiError)) throw error;
      batch(() => {
        this.trouble.value = error;
        if (!explain) this.answer.value = null;
      });
      return null;
    } finally {
      if (!controller.signal.aborted) {
        this.asking.value = false;
        this.busy.value = null;
      }
    }
  }
}
