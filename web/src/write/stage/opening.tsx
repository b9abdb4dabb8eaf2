/** Before the first stroke of a visit, the empty sheet shows what happens here; the first touch ends it. */
import { effect, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { hasService, isOtherMachine } from "../../edition";
import { say } from "../../sentences/say";
import { usePromised } from "../../shared/promised";
import { pictures, sheet } from "../state/state";
import { pending } from "../state/writing";
import "./opening.css";

const REST = 700; // ms: the page, and what reads, come first

/** What this is, and where what is written goes. */
export const LEAD = hasService && isOtherMachine(location.hostname) ? "write.lead.service" : "write.lead";

const isWanted = signal(false);
const isOver = signal(false);

effect(() => {
  if (!sheet.isEmpty.value || pending.value.length > 0 || pictures.chosen.value) isOver.value = true;
});

export function Opening() {
  useEffect(() => {
    const timer = setTimeout(() => {
      isWanted.value = true;
    }, REST);
    return () => clearTimeout(timer);
  }, []);
  const isShown = isWanted.value && !isOver.value;
  const film = usePromised(
    () =>
      isShown
        ? import("../../film/opening-film").then(
            ({ OpeningFilm }) => ({ Picture: OpeningFilm }),
            () => null,
          )
        : null,
    String(isShown),
  );
  if (!isShown || !film) return null;
  return (
    <>
      <film.Picture />
      <p class="opening-about small quiet">{say(LEAD)}</p>
    </>
  );
}
