/** Made by web/shapes.py from the service's OpenAPI document: change the service's schema instead. */

export interface Answer {
  digit: number;
  probability: number;
  probabilities: number[];
}

export interface Answers {
  answers: Answer[];
}

export interface Digit {
  digit: number;
  probability: number;
  probabilities: number[];
  box: [number, number, number, number];
  status: "ok" | "not-a-digit" | "unsure";
  image?: number[][];
  counted?: number[][];
}

export interface Failure {
  detail: string;
  key: string;
}

export interface Finished {
  step: number;
  accuracy: number;
  n: number;
  on: string;
  wrong: number;
  model: string;
}

export interface Health {
  status: "ok";
}

export interface Images {
  images: (number[][] | number[])[];
  model?: string;
}

export interface Model {
  name: string;
  kind: "classifier" | "detector";
  recipe: string;
  network: string;
  parameters: number;
  bytes: number;
  score: Score | null;
  shipped: boolean;
  chosen: boolean;
  milliseconds: number | null;
}

export interface Models {
  models: Model[];
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  key: string;
  errors?: string[];
  training?: string;
}

export interface Reading {
  source: string;
  text: string;
  status: "ok" | "blank" | "not-a-digit" | "unsure";
  confidence: number;
  digits: Digit[];
  message: string;
  size?: [number, number];
}

export interface Readings {
  readings: (Reading | Unread)[];
}

export interface Score {
  accuracy: number;
  n: number;
  interval: [number, number];
  on: string;
}

export interface Training {
  id: string;
  state: "running" | "done" | "stopped" | "failed";
  recipe: Record<string, string | boolean | number>;
  progress: TrainingProgress | null;
  validated: Validated | null;
  done: Finished | null;
  failure: Failure | null;
}

export interface TrainingProgress {
  step: number;
  loss: number;
  accuracy: number;
}

export interface TrainingRequest {
  recipe?: "softmax" | "mlp" | "fast";
  batch_size?: number;
  learning_rate?: number;
  steps?: number;
  seed?: number;
}

export interface Unread {
  source: string;
  error: string;
  key: string;
}

export interface Validated {
  step: number;
  accuracy: number;
  n: number;
}

export const TRAINING = {
  batch_size: { least: 1, most: 2000, tutorial: 64 },
  learning_rate: { least: 0, most: 100, tutorial: 0.001 },
  steps: { least: 1, most: 20000, tutorial: 2000 },
  seed: { least: 0, most: 2147483647, tutorial: 0 },
};
