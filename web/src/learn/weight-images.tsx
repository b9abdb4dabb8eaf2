/** The weights that look at the pixels, as pictures: where ink counts for each digit, hidden neuron or filter, and where against it. */
import { largestMagnitude } from "../ink/numbers";
import { say } from "../sentences/say";
import { Pixels } from "../shared/pixels";
import "./parts.css";

export interface WeightPictures {
  kind: "templates" | "neurons" | "filters";
  /** A square each. */
  images: readonly (Int8Array | Float32Array)[];
}

export function WeightImages({ kind, images }: WeightPictures) {
  const largest = Math.max(...images.map(largestMagnitude));
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
              full={largest / 2} // few weights are larger, and the others would be pale
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
