/** A value that is dragged: shown at once, written to the address when the dragging pauses. */
import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import { type Parameter, parameter, view } from "../address";

export type Knob<T> = Parameter<T>;

// browsers refuse addresses that change hundreds of times in a few seconds
const REST = 300; // milliseconds

const waiting = new Set<() => void>();

/** Bind a value to a query parameter, as `parameter` does, for values that change many times a second. */
export function knob<T extends string | number>(
  name: string,
  fallback: T,
  read: (text: string) => T | null,
): Knob<T> {
  const inAddress = parameter(name, fallback, read);
  const held = signal<T | null>(null);
  const current: ReadonlySignal<T> = computed(() => held.value ?? inAddress.value);
  let timer = 0;

  function write(): void {
    clearTimeout(timer);
    waiting.delete(write);
    const value = held.peek();
    batch(() => {
      // never change another view's address
      if (value !== null && view.peek() === "learn") inAddress.set(value);
      held.value = null;
    });
  }

  return {
    get value() {
      return current.value;
    },
    set(value) {
      held.value = value;
      waiting.add(write);
      clearTimeout(timer);
      timer = setTimeout(write, REST);
    },
  };
}

/** Write pending values to the address before a history entry is added. */
export function settle(): void {
  for (const write of [...waiting]) write();
}

/** For `knob` and `parameter`: a whole number from `least` to `most`. */
export function wholeIn(least: number, most: number): (text: string) => number | null {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    return value >= least && value <= most ? value : null;
  };
}
