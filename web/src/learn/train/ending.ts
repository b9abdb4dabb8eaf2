/** How a training ended, in a sentence for who does not see the page. */
import { say } from "../../sentences/say";
import { percent, whole } from "../format";
import { examOf, type Run } from "./run";

/** Of a run that has ended: its mark, or where it stopped, or why it failed; "" where there is nothing to tell. */
export function endingOf(run: Run): string {
  if (run.result) return say(`learn.train.said.done.${examOf(run.result)}`, percent(run.result.accuracy));
  if (run.state === "stopped") return say("learn.train.said.stopped", whole(run.step));
  return run.failure;
}
