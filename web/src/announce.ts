/** What happens without a touch of the focus is told to screen readers, through one live region of the shell. */
import { batch, signal } from "@preact/signals";
import { language, languageTag } from "./language";

export const announcement = signal("");
/** What language it was said in, as a tag for `lang`: it stays, also when another language is chosen then. */
export const announcedIn = signal("");

/** Say it. The same sentence twice is said twice: a region is read when its text changes. */
export function announce(sentence: string): void {
  batch(() => {
    announcement.value = announcement.peek() === sentence ? `${sentence}\u00a0` : sentence;
    announcedIn.value = languageTag(language.peek());
  });
}
