/** What the service says of pictures and of its models, and how it is asked. */
import { type Request, request } from "./api";

export type Status = "ok" | "blank" | "not-a-digit" | "unsure";
/** x, y, width, height in the picture as a person sees it, in pixels. */
export type Box = readonly [number, number, number, number];

export interface Digit {
  digit: number;
  confidence: number;
  /** Of each digit from 0 to 9, if it is one. */
  probabilities: number[];
  box: Box;
  status: Exclude<Status, "blank">;
  /** What the network saw: 28 rows of 28 values, 0 to 255, ink 255. Only when it was asked to explain. */
  image?: number[][];
  /** How far the answer's probability falls when a pixel is covered: 28 rows of 28; below 0 it rises. */
  counted?: number[][];
}

export interface Reading {
  source: string;
  text: string;
  status: Status;
  confidence: number;
  digits: Digit[];
  message: string;
  /** Width and height of the picture as a person sees it. Only when it was asked to explain. */
  size?: [number, number];
}

/** One of several pictures that could not be read. */
export interface Unread {
  source: string;
  error: string;
  key: string;
}

export interface Score {
  accuracy: number;
  n: number;
  /** The 95 % interval. */
  interval: [number, number];
  on: string;
}

export interface Model {
  name: string;
  kind: "classifier" | "detector";
  recipe: string;
  network: string;
  parameters: number;
  bytes: number;
  score: Score | null;
  /** For one image on one core of this machine; for a detector, a page of 64x160. Null while a training runs. */
  milliseconds: number | null;
  /** False: it was trained here, and its name is the training's id; or it was named when the service was started. */
  shipped: boolean;
  /** It reads when no model is named. */
  chosen: boolean;
}

/** Read one picture; a File goes with its name. The answer has more than one reading where a PDF has more pages. */
export async function readPicture(
  picture: Blob,
  asked: { model: string; explain: boolean } & Pick<Request, "signal" | "onBusy">,
): Promise<(Reading | Unread)[]> {
  const { model, explain, ...rest } = asked;
  const path = `v1/read?${new URLSearchParams({ model, explain: String(explain) })}`;
  let body: Blob | FormData = picture;
  if (picture instanceof File) {
    body = new FormData();
    body.append("picture", picture);
  }
  return (await request<{ readings: (Reading | Unread)[] }>(path, { method: "POST", body, ...rest }))
    .readings;
}

export async function listModels(asked: Pick<Request, "signal" | "onBusy"> = {}): Promise<Model[]> {
  return (await request<{ models: Model[] }>("v1/models", asked)).models;
}
