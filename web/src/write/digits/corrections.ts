/** The corrections of a picture, which can be undone one by one. */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Patch } from "./patches";

/** Things that can be corrected: a picture, or the sheet, where strokes and corrections are undone in one order. */
export interface Correctable {
  readonly patches: ReadonlySignal<readonly Patch[]>;
  readonly canUndo: ReadonlySignal<boolean>;
  correct(patch: Patch): void;
  undo(): void;
}

export class Corrections implements Correctable {
  readonly #patches;
  readonly patches = computed(() => this.#patches.value);
  readonly canUndo = computed(() => this.#patches.value.length > 0);

  constructor(patches: readonly Patch[] = []) {
    this.#patches = signal(patches);
  }

  correct(patch: Patch): void {
    this.#patches.value = [...this.#patches.peek(), patch];
  }

  undo(): void {
    this.#patches.value = this.#patches.peek().slice(0, -1);
  }
}
