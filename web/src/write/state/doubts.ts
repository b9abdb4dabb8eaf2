/** Order many pictures for checking: count the doubtful ones, list them first, and find the next. */
import { batch, computed, type ReadonlySignal } from "@preact/signals";
import { firstToCheck } from "../digits/left-out";
import type { Entry } from "./pictures";
import { pictures, readOf, selected, shownEntry } from "./state";

/** An entry with its index among all. */
export interface Listed {
  entry: Entry;
  index: number;
}

/** Once all are read, the doubtful ones come first, the most doubtful of them at the top; corrections move nothing. */
export const listed: ReadonlySignal<readonly Listed[]> = computed(() => {
  const all = pictures.entries.value.map((entry, index) => ({ entry, index }));
  const isRead = ({ entry }: Listed) =>
    readOf(entry) !== null || entry.picture.question.trouble.value !== null;
  if (!all.every(isRead)) return all;
  return all.sort((a, b) => doubtOf(b.entry) - doubtOf(a.entry) || a.index - b.index);
});

/** Pictures that need checking and have not been corrected. */
export const toCheck: ReadonlySignal<readonly Listed[]> = computed(() =>
  listed.value.filter(({ entry }) => {
    const status = shownEntry(entry)?.status;
    return status === "unsure" || status === "not-a-digit";
  }),
);

/** 0 for sure, blank or unreadable pictures. */
function doubtOf(entry: Entry): number {
  const reading = readOf(entry);
  if (!reading || "error" in reading || reading.status === "ok" || reading.status === "blank") return 0;
  return 1 - reading.confidence + Number.EPSILON;
}

/** Show the next picture to check, with the character to check first; false if there is none. */
export function goToNextDoubt(): boolean {
  const [first] = toCheck.peek();
  if (!first) return false;
  const order = listed.peek();
  const here = order.findIndex(({ entry }) => entry === pictures.chosen.peek());
  const next = order.slice(here + 1).find((each) => toCheck.peek().includes(each)) ?? first;
  batch(() => {
    pictures.choose(next.index);
    const shown = shownEntry(next.entry);
    selected.value = shown && shown.glyphs.length > 0 ? firstToCheck(shown) : null;
  });
  return true;
}
