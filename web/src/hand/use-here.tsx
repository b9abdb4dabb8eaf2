/** Whether the page's own readings take the kept digits into account; on by default. */
import { effect, signal } from "@preact/signals";
import { knowHand } from "../here/read";
import { say } from "../sentences/say";
import { joined } from "../shared/files/bytes";
import { remember, remembered } from "../shared/storage/settings";
import { kept } from "./kept";
import type { KeptDigit } from "./npz";

const NAME = "use-kept";
const isUsed = signal(remembered(NAME) !== "no");

/** The kept digits that readings take into account; none if switched off. */
export function keptInUse(): readonly KeptDigit[] {
  return isUsed.peek() ? kept.peek() : [];
}

/**
 * Tell the reader which digits to know, now and whenever they change.
 *
 * @param readAgain called after each change
 */
export function knowKeptDigits(readAgain: () => void): () => void {
  let before = "";
  return effect(() => {
    const digits = isUsed.value ? kept.value : [];
    const now = digits.map(({ id, label }) => `${id} ${label}`).join();
    if (now === before) return;
    before = now;
    knowHand(
      joined(digits.map(({ image }) => image)),
      Uint8Array.from(digits, ({ label }) => label),
    );
    readAgain();
  });
}

export function UseHere() {
  return (
    <label class="use-here">
      <input
        type="checkbox"
        checked={isUsed.value}
        onChange={({ currentTarget: { checked } }) => {
          isUsed.value = checked;
          remember(NAME, checked ? null : "no");
        }}
      />
      {say("hand.use_here")}
    </label>
  );
}
