/** A worker as the page sees it: it is started with the first message, and each question to it waits for its answer. */

/** Why something could not be done in the page; "picture": this browser cannot open it; "fault": ours. */
export type Why = "picture" | "large" | "file" | "fault";

export class NotRead extends Error {
  constructor(
    readonly why: Why,
    detail: string,
  ) {
    super(detail);
    this.name = "NotRead";
  }
}

/** What a worker says to a question; everything else that it says is without an id. */
export type Answer = { id: number; result: unknown } | { id: number; failed: Why; detail: string };

interface Waiting {
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

export class Calls<Told extends object> {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #count = 0;

  /**
   * @param start starts the worker
   * @param hear is called with what it says unasked
   */
  constructor(
    readonly start: () => Worker,
    readonly hear: (told: Told) => void,
  ) {}

  get isStarted(): boolean {
    return this.#worker !== null;
  }

  tell(message: unknown, moved: Transferable[] = []): void {
    this.#worker ??= this.#started();
    this.#worker.postMessage(message, moved);
  }

  /**
   * Ask something.
   *
   * @param signal after it, the worker is told that the question is dropped
   * @throws NotRead; the browser's AbortError if `signal` aborts
   */
  ask<Result>(question: object, signal?: AbortSignal): Promise<Result> {
    const id = ++this.#count;
    return new Promise<Result>((resolve, reject) => {
      if (signal?.aborted) return reject(new DOMException("given up", "AbortError"));
      this.#waiting.set(id, { resolve: (result) => resolve(result as Result), reject });
      signal?.addEventListener("abort", () => {
        if (this.#waiting.delete(id)) this.tell({ id, dropped: true });
        reject(new DOMException("given up", "AbortError"));
      });
      this.tell({ id, ...question });
    });
  }

  #started(): Worker {
    const started = this.start();
    started.addEventListener("message", ({ data }: MessageEvent<Answer | Told>) => {
      if (!isAnswer(data)) return this.hear(data);
      const waiting = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if ("result" in data) waiting?.resolve(data.result);
      else waiting?.reject(new NotRead(data.failed, data.detail));
    });
    // it cannot be started: an old browser, or a policy of the server
    started.addEventListener("error", ({ message }) => {
      for (const { reject } of this.#waiting.values()) reject(new NotRead("fault", message));
      this.#waiting.clear();
      started.terminate();
      this.#worker = null;
    });
    return started;
  }
}

function isAnswer(data: object): data is Answer {
  return "id" in data && ("result" in data || "failed" in data);
}
