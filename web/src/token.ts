/** The token that a service may ask for: a person gives it once, this tab keeps it, every request shows it. */
import { type ReadonlySignal, signal } from "@preact/signals";

const NAME = "shuzi.token";
/** What a header can carry; the service takes no other tokens. */
const SOUND = /^[\x21-\x7e]+( [\x21-\x7e]+)*$/;

/** "needed": the service asks for a token; "refused": it did not take the one that was given. */
export type Want = "needed" | "refused";

const want = signal<Want | null>(null);
/** Whether a person is to be asked for the token; null where not. */
export const wanted: ReadonlySignal<Want | null> = want;

let kept = stored();
let waiting: (() => void)[] = [];

/** The token that was given; "" where none was. */
export function token(): string {
  return kept;
}

/** A person gives the token. */
export function giveToken(given: string): void {
  const sound = given.trim();
  if (!SOUND.test(sound)) {
    want.value = "refused";
    return;
  }
  kept = sound;
  try {
    sessionStorage.setItem(NAME, sound);
  } catch {
    // a private window: it holds as long as the page is open
  }
  want.value = null;
  const all = waiting;
  waiting = [];
  for (const goOn of all) goOn();
}

/**
 * The service has refused a request: wait until there is another token.
 *
 * @param shown what the request showed; where another one was given meanwhile, that is at once
 * @param signal gives the waiting up; it then throws the browser's AbortError
 */
export function anotherToken(shown: string, signal?: AbortSignal | null): Promise<void> {
  if (shown !== kept) return Promise.resolve();
  want.value = shown ? "refused" : "needed";
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      waiting = waiting.filter((each) => each !== goOn);
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

function stored(): string {
  try {
    return sessionStorage.getItem(NAME) ?? "";
  } catch {
    return "";
  }
}
