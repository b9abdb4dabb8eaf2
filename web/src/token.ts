/** The token that a service may require: the user enters it once, this tab keeps it, every request sends it. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { remember, remembered } from "./shared/storage/settings";

const NAME = "token";
/** The characters allowed in a header; the service accepts no other tokens. */
const SOUND = /^[\x21-\x7e]+( [\x21-\x7e]+)*$/;

/** "needed": the service requires a token; "refused": it rejected the one that was given. */
export type Want = "needed" | "refused";

const want = signal<Want | null>(null);
/** Whether to ask the user for a token, and why; null if not. */
export const wanted: ReadonlySignal<Want | null> = want;

let kept = handedOver() || (remembered(NAME, "sessionStorage") ?? "");
let waiting: (() => void)[] = [];

/** The current token, or "". */
export function token(): string {
  return kept;
}

/** Set the token that the user entered. */
export function giveToken(text: string): void {
  const sound = text.trim();
  if (!SOUND.test(sound)) {
    want.value = "refused";
    return;
  }
  kept = sound;
  remember(NAME, sound, "sessionStorage");
  want.value = null;
  const all = waiting;
  waiting = [];
  for (const goOn of all) goOn();
}

/**
 * After a refused request, wait for another token.
 *
 * @param shown the token in the request; if it has been replaced in the meantime, resolve at once
 * @param signal aborts the wait, which then throws the browser's AbortError
 */
export function anotherToken(shown: string, signal?: AbortSignal | null): Promise<void> {
  if (shown !== kept) return Promise.resolve();
  want.value = shown ? "refused" : "needed";
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      waiting = waiting.filter((waiter) => waiter !== goOn);
      reject(new DOMException("given up", "AbortError"));
    };
    const goOn = () => {
      signal?.removeEventListener("abort", giveUp);
      resolve();
    };
    if (signal?.aborted) {
      giveUp();
      return;
    }
    signal?.addEventListener("abort", giveUp, { once: true });
    waiting.push(goOn);
  });
}

/** The token in the address that the service printed, in the part that browsers keep to themselves. */
function handedOver(): string {
  const tokenInAddress = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
  if (!SOUND.test(tokenInAddress)) return "";
  history.replaceState(null, "", location.pathname + location.search); // so that no copied address holds it
  remember(NAME, tokenInAddress, "sessionStorage");
  return tokenInAddress;
}
