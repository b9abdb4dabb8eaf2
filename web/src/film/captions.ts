/** What a film says of its three acts and of each stop, with the numbers of its digit. */
import { largestAt } from "../ink/numbers";
import { brief, fixed, percent, whole } from "../learn/format";
import { say } from "../sentences/say";
import { indexOf, STOPS, type StopName } from "./story";
import type { Take } from "./take";

/** A sentence for each stop, in the page's language. */
export function captionsOf(take: Take, isMine: boolean): string[] {
  return STOPS.map(({ name }) => captionOf(name, take, isMine));
}

/** What the act is about in which a stop is: what the network sees, decides, learns. */
export function actOf(stop: number, { image, answer, scores, probabilities, loss, after }: Take): string {
  if (stop < indexOf("scores")) return say("film.sees", whole(image.filter((value) => value > 0).length));
  if (stop >= indexOf("loss")) return say("film.learns", brief(loss), brief(after.loss));
  const next = largestAt(scores, answer);
  const lead = fixed((scores[answer] ?? 0) - (scores[next] ?? 0), 1);
  return say("film.decides", answer, next, lead, percent(probabilities[answer] ?? 0));
}

function captionOf(name: StopName, take: Take, isMine: boolean): string {
  const { answer, label, loss } = take;
  switch (name) {
    case "ink":
      return isMine ? say("film.ink.mine") : say("film.ink", take.truth ?? answer);
    case "answer":
      return say("film.answer", answer, percent(take.probabilities[answer] ?? 0));
    case "loss":
      return say(take.isSupposed ? "film.loss.supposed" : "film.loss", label, brief(loss));
    default:
      return say(`film.${name}`);
  }
}
