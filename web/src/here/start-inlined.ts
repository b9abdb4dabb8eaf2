/** Starts the workers from within the page: a page from disk may not start one from a file. */
import TrainingWorker from "./training-worker.ts?worker&inline";
import ReadingWorker from "./worker.ts?worker&inline";

export function startReading(): Worker {
  return new ReadingWorker();
}

export function startTraining(): Worker {
  return new TrainingWorker();
}
