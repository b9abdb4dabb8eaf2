/** The worker's side of `worker.ts`: a program of its own. */
import { ShuziError } from "./errors.js";
import type { Answer, Task } from "./messages.js";
import { makeReader } from "./reader.js";
import type { Reader } from "./types.js";

let reader: Promise<Reader>;

async function answer(task: Task): Promise<Answer> {
  const { id } = task;
  try {
    if ("load" in task) {
      reader = makeReader(task.load);
      await reader;
      return { id, loaded: true };
    }
    return { id, reading: await (await reader).read(task.picture, task.options) };
  } catch (error) {
    if (error instanceof ShuziError) return { id, failed: { key: error.key, values: error.values } };
    return { id, fault: String(error) };
  }
}

const port = globalThis.process?.getBuiltinModule?.("node:worker_threads").parentPort;
if (port) port.on("message", async (task: Task) => port.postMessage(await answer(task)));
else addEventListener("message", async ({ data }: MessageEvent<Task>) => postMessage(await answer(data)));
