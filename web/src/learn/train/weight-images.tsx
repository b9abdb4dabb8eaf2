/** The weights as pictures: where ink counts for each digit, hidden neuron or filter, and where against it. */
import { PIXELS } from "../../data/image";
import { say } from "../../sentences/say";
import { Pixels } from "../../shared/pixels";
import type { Run, WeightPictures } from "./runs/run";

const FULL = 64; // half of the largest weight of all: few are larger, and the others would be pale
const NOTHING: WeightPictures = {
  kind: "templates",
  images: Array.from({ length: 10 }, () => new Int8Array(PIXELS)),
};

export function WeightImages({ run }: { run: Run | null }) {
  const network = run?.recipe?.network;
  if (!run?.weights && network !== undefined && network !== "softmax") return null;
  const { kind, images } = run?.weights ?? NOTHING;
  return (
    <figure class="weight-images">
      <figcaption>
        {say(`learn.train.weights.${kind}`)}{" "}
        <span class="small quiet">{say(`learn.train.weights.${kind}.key`)}</span>
      </figcaption>
      <ul class={`weights ${kind}`} aria-label={say(`learn.train.weights.${kind}`)}>
        {images.map((values, index) => (
          <li key={index}>
            <Pixels
              values={values}
              side={Math.sqrt(values.length)}
              palette="signed"
              full={FULL}
              label={say(`learn.train.weights.${kind}.of`, kind === "templates" ? index : index + 1)}
            />
            {kind === "templates" && (
              <span class="small quiet numbers" aria-hidden="true">
                {index}
              </span>
            )}
          </li>
        ))}
      </ul>
    </figure>
  );
}
