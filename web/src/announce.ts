/** What happens without a touch of the focus is told to screen readers, through one live region of the shell. */
import { signal } from "@preact/signals";

export const announcement = signal("");

/** Say it. The same sentence twice is said twice: a region is read when its text changes. */
export function announce(sentence: string): void {
  announcement.value = announcement.peek() === sentence ? `${sentence}\u00a0` : sentence;
}
