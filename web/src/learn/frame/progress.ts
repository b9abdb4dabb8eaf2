/** The opened steps, kept between visits until reset. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { remember, remembered } from "../../shared/storage/settings";

const KEPT = "steps";

const seen = signal<ReadonlySet<string>>(new Set(remembered(KEPT)?.split(",").filter(Boolean)));

/** Their names in the address. */
export const seenSteps: ReadonlySignal<ReadonlySet<string>> = seen;

export function markSeen(name: string): void {
  if (seen.peek().has(name)) return;
  seen.value = new Set(seen.peek()).add(name);
  remember(KEPT, [...seen.peek()].join(","));
}

export function forgetSeen(): void {
  seen.value = new Set();
  remember(KEPT, null);
}
