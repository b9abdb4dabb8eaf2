/** How a run ended, in a sentence for screen readers. */
import { say } from "../../../sentences/say";
import { percent, whole } from "../../format";
import { rateWritten } from "./naming";
import { examOf, type Run } from "./run";

/** For a run that has ended: its accuracy, where it stopped, or why it failed; "" if there is nothing to report. */
export function endingOf(run: Run): string {
  if (run.result) return say(`learn.train.said.done.${examOf(run.result)}`, percent(run.result.accuracy));
  if (run.state === "stopped") return say("learn.train.said.stopped", whole(run.step));
  if (run.reason) return say(`learn.train.failed.${run.reason}`, rateWritten(run.recipe?.learning_rate ?? 0));
  return run.failure;
}
