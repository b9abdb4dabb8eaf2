/** What the page and its reading worker say to each other. */
import type { Grey } from "../ink/picture";
import type { Sentence } from "../reading/result";
import type { Reading } from "../shapes";

/** Without the sentence, which the page says in its own language. */
export interface Found extends Omit<Reading, "message" | "source"> {
  advice: Sentence;
}

/** To the worker. */
export type Task =
  | { id: number; picture: Blob | Grey; model: string; explain: boolean }
  /** Corrected digits of one person that readings take into account from now on: 784 values of each, and the labels. */
  | { hand: { images: Uint8Array; labels: Uint8Array } }
  /** Which digits a model sees in 28x28 images, 784 values of each; corrected digits are not taken into account. */
  | { classify: number; model: string; images: Uint8Array }
  /** Load what the model needs, before the first picture comes. */
  | { prepare: string }
  /** The picture is no longer of interest. */
  | { id: number; dropped: true }
  /** A file that the worker asked for; null if it cannot be had. */
  | { file: string; content: Uint8Array<ArrayBuffer> | null };

/** From the worker. */
export type Answer =
  | { id: number; found: Found }
  /** "picture": it is none that this browser can open; "large"; "file": a model cannot be had; "fault": ours. */
  | { id: number; failed: "picture" | "large" | "file" | "fault"; detail: string }
  /** A digit for each image; null if the model cannot be had. */
  | { classified: number; digits: Uint8Array | null }
  | { needs: string };
