/** The messages between the page and its training worker. */
import type { DigitFiles } from "../../../data/digits";
import type { Settings } from "../../../networks/settings";
import type { TrainingState } from "../../../networks/train";
import type { TrainingEvent } from "../run";

/** To the worker; each `ask` is answered once. */
export type Order =
  /** All images, which only the page can load; null if they are unavailable. */
  | { kind: "digits"; digits: DigitFiles | null }
  | { kind: "start"; id: string; settings: Settings }
  /** Restore an ended run of an earlier visit: its settings, and its planned steps. */
  | { kind: "restore"; id: string; settings: Settings; steps: number; state: TrainingState }
  /** Continue an ended run up to `steps`. */
  | { kind: "resume"; id: string; steps: number }
  | { kind: "stop"; id: string }
  | { kind: "forget"; id: string }
  | { kind: "ask"; id: number; question: Question };

export type Question =
  /** The .onnx file of a run. */
  | { about: "onnx"; id: string }
  /** The state from which a run continues. */
  | { about: "state"; id: string }
  /** A run's answers on the split that it is judged on. */
  | { about: "answers"; id: string }
  /** An image of the test split. */
  | { about: "digit"; index: number };

export interface Answers {
  on: "test" | "validation";
  labels: Uint8Array;
  /** Ten for each image. */
  probabilities: Float32Array;
  /** 784 for each image. */
  images: Uint8Array;
}

/** From the worker. */
export type Told =
  | { kind: "events"; id: string; events: TrainingEvent[] }
  | { kind: "answer"; id: number; answer: unknown }
  | { kind: "unanswered"; id: number };
