/** Announces changes away from the focus to screen readers, through one live region in the shell. */
import { batch, signal } from "@preact/signals";
import { language, languageTag } from "./language";

export const announcement = signal("");
/** The announcement's language, as a `lang` tag; it stays even if another language is chosen later. */
export const announcedIn = signal("");

/** Announce a sentence. A repeated one is announced again, although regions are read only when their text changes. */
export function announce(sentence: string): void {
  batch(() => {
    announcement.value = announcement.peek() === sentence ? `${sentence}\u00a0` : sentence;
    announcedIn.value = languageTag(language.peek());
  });
}
