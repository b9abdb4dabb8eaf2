/** The same as `index.ts`, with all work done in a worker: a page goes on responding while it reads. */
import { checkLanguage, errorOf } from "./errors.js";
import { folderOf } from "./files.js";
import type { Answer, Task } from "./messages.js";
import { portable } from "./picture.js";
import type { Language, LoadOptions, Reader, Reading } from "./types.js";

export { ClosedError, ModelError, OptionError, PictureError, ShuziError } from "./errors.js";
export type * from "./types.js";

interface Asked {
  resolve(reading: Reading | undefined): void;
  reject(error: Error): void;
  language: Language;
}

/** A worker, of whichever kind there is here. */
interface Thread {
  send(task: Task, moved: Transferable[]): void;
  /** Whether the program may not end before it has answered. */
  hold(isBusy: boolean): void;
  end(): void;
}

/**
 * Load a reader that works in a worker of its own.
 *
 * @throws OptionError, ModelError; ClosedError if there can be no worker
 */
export async function load(options: LoadOptions = {}): Promise<Reader> {
  const { language = "en", models } = options;
  checkLanguage(language);
  const asked = new Map<number, Asked>();
  let ended: { key: "closed.reader" | "closed.worker"; reason: string } | null = null;
  let last = 0;

  const end = (key: "closed.reader" | "closed.worker", reason = "") => {
    ended = { key, reason };
    thread.end();
    for (const { reject, language: spoken } of asked.values()) reject(errorOf(key, { reason }, spoken));
    asked.clear();
  };
  const hear = (answer: Answer) => {
    const waiting = asked.get(answer.id);
    asked.delete(answer.id);
    thread.hold(asked.size > 0);
    if (!waiting) return;
    if ("reading" in answer) waiting.resolve(answer.reading);
    else if ("loaded" in answer) waiting.resolve(undefined);
    else if ("fault" in answer) waiting.reject(new Error(answer.fault));
    else waiting.reject(errorOf(answer.failed.key, answer.failed.values, waiting.language));
  };
  const thread = startThread(hear, (reason) => end("closed.worker", reason));

  function ask(task: Omit<Task, "id">, spoken: Language, moved: Transferable[] = []) {
    return new Promise<Reading | undefined>((resolve, reject) => {
      if (ended) return reject(errorOf(ended.key, { reason: ended.reason }, spoken));
      const id = ++last;
      asked.set(id, { resolve, reject, language: spoken });
      thread.hold(true);
      thread.send({ ...task, id } as Task, moved);
    });
  }

  try {
    const known = models === undefined ? options : { ...options, models: folderOf(models).href };
    await ask({ load: known } as Omit<Task, "id">, language);
  } catch (error) {
    thread.end();
    throw error;
  }
  return {
    async read(picture, how = {}) {
      const spoken = how.language ?? language;
      checkLanguage(spoken);
      const sent = await portable(picture, spoken);
      // a bitmap that was made for this reading is moved, and a program's own copied
      const moved = sent === picture || "data" in sent || sent instanceof Blob ? [] : [sent];
      const task = { picture: sent, options: { ...how, language: spoken } };
      return (await ask(task as Omit<Task, "id">, spoken, moved)) as Reading;
    },
    close() {
      if (!ended) end("closed.reader");
    },
  };
}

function startThread(hear: (answer: Answer) => void, fail: (reason: string) => void): Thread {
  const threads = globalThis.process?.getBuiltinModule?.("node:worker_threads");
  if (threads) {
    const worker = new threads.Worker(new URL("./thread.js", import.meta.url));
    worker.on("message", hear);
    worker.on("error", (error) => fail(String(error)));
    return {
      send: (task) => worker.postMessage(task),
      hold: (isBusy) => (isBusy ? worker.ref() : worker.unref()),
      end: () => void worker.terminate(),
    };
  }
  const worker = new Worker(new URL("./thread.js", import.meta.url), { type: "module" });
  worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => hear(data));
  worker.addEventListener("error", ({ message }) => fail(message));
  return {
    send: (task, moved) => worker.postMessage(task, moved),
    hold: () => undefined,
    end: () => worker.terminate(),
  };
}
