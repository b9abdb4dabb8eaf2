/** The ten weight images: where ink counts for each digit, and where against it. */
import { say } from "../../sentences/say";
import { Pixels } from "../../shared/pixels";
import type { Run } from "./run";

const FULL = 64; // half of the largest weight of all ten: few are larger, and the others would be pale
const ZEROS = Array.from({ length: 10 }, () => new Int8Array(784));

export function WeightImages({ run }: { run: Run | null }) {
  return (
    <figure class="weight-images">
      <figcaption>
        {say("learn.train.weights")} <span class="small quiet">{say("learn.train.weights.key")}</span>
      </figcaption>
      <ul class="weights" aria-label={say("learn.train.weights")}>
        {(run?.weights ?? ZEROS).map((values, digit) => (
          <li key={digit}>
            <Pixels
              values={values}
              palette="signed"
              full={FULL}
              label={say("learn.train.weights.of", digit)}
            />
            <span class="small quiet numbers" aria-hidden="true">
              {digit}
            </span>
          </li>
        ))}
      </ul>
    </figure>
  );
}
