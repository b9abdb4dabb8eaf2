/** The weights that look at the image itself, as pictures. */
import type { Graph } from "../../runtime/graph";
import { say } from "../../sentences/say";
import { Pixels } from "../../shared/pixels";
import { type Filters, filtersOf } from "./filters";

const FULL = 0.5; // of the largest weight: few are larger, and the others would be pale

export function FirstWeights({ graph }: { graph: Graph }) {
  return (
    <section>
      {filtersOf(graph).map((filters, index) => (
        <Weights key={index} filters={filters} />
      ))}
    </section>
  );
}

function Weights({ filters: { kind, side, images } }: { filters: Filters }) {
  const largest = images.reduce(
    (most, image) => image.reduce((peak, value) => Math.max(peak, Math.abs(value)), most),
    1e-9,
  );
  const name = say(`models.first.${kind}`, `${side}x${side}`);
  return (
    <figure>
      <figcaption>
        <h3>{name}</h3>
        <p class="small quiet">{say(`models.first.${kind}.key`)}</p>
      </figcaption>
      <ul class={`first-weights ${kind}`} aria-label={name}>
        {images.map((values, index) => (
          <li key={index}>
            <Pixels
              values={values}
              side={side}
              palette="signed"
              full={largest * FULL}
              label={say(
                kind === "templates" ? "learn.train.weights.templates.of" : "learn.train.weights.filters.of",
                kind === "templates" ? index : index + 1,
              )}
            />
          </li>
        ))}
      </ul>
    </figure>
  );
}
