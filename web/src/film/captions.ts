/** The captions of a film's stops. */
import { brief, percent } from "../learn/format";
import { say } from "../sentences/say";
import type { Take } from "./network/take";
import { STOPS, type StopName } from "./story";

/** A sentence for each stop, in the page's language. */
export function captionsOf(take: Take, isMine: boolean): string[] {
  return STOPS.map(({ name }) => captionOf(name, take, isMine));
}

function captionOf(name: StopName, take: Take, isMine: boolean): string {
  const { answer, label, loss, after } = take;
  switch (name) {
    case "ink":
      return isMine ? say("film.ink.mine") : say("film.ink", take.truth ?? answer);
    case "answer":
      return say("film.answer", answer, percent(take.probabilities[answer] ?? 0));
    case "loss":
      return say(take.isSupposed ? "film.loss.supposed" : "film.loss", label, brief(loss));
    case "weights":
      return say("film.weights", brief(loss), brief(after.loss));
    default:
      return say(`film.${name}`);
  }
}
