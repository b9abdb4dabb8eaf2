/** Starts the training worker from within the page: a page from disk may not start one from a file. */
import TrainingWorker from "./worker.ts?worker&inline";

export function startWorker(): Worker {
  return new TrainingWorker();
}
