/** Starts the worker of networks on paper from within the page: a page from disk may not start one from a file. */
import PaperWorker from "./worker.ts?worker&inline";

export function startWorker(): Worker {
  return new PaperWorker();
}
