/** What a program's thread and the worker say to each other. */
import type { Key } from "./errors.js";
import type { Portable } from "./picture.js";
import type { LoadOptions, Reading, ReadOptions } from "./types.js";

/** To the worker: load first, then read. */
export type Task = { id: number } & ({ load: LoadOptions } | { picture: Portable; options: ReadOptions });

/** From the worker; a fault is none of the package's errors. */
export type Answer = { id: number } & (
  | { loaded: true }
  | { reading: Reading }
  | { failed: { key: Key; values: Readonly<Record<string, string | number>> } }
  | { fault: string }
);
