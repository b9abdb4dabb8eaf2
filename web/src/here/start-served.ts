/** Starts the workers from their own files. */
export function startReading(): Worker {
  return new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
}

export function startTraining(): Worker {
  return new Worker(new URL("./training-worker.ts", import.meta.url), { type: "module" });
}
