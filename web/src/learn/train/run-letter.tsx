/** The letter of a run, in its colour. */
import { colourOf, letterOf } from "./runs/naming";
import type { Run } from "./runs/run";

export function RunLetter({ run }: { run: Run }) {
  return (
    <strong class="run-letter" style={colourOf(run)}>
      {letterOf(run)}
    </strong>
  );
}
