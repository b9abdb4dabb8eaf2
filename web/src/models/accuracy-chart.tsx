/** The accuracies of all classifiers, one per line: a dot for the measurement, a bar for its interval. */
import type { Model, Score } from "../readings";
import { say } from "../sentences/say";
import { Section } from "../shared/section";
import { type AccuracyScale, scaleFor } from "./accuracy-scale";
import { modelName } from "./model-name";
import { percentage, shortPercentage, whole } from "./numbers";

type Scored = Model & { score: Score };

export function AccuracyChart({ models }: { models: readonly Model[] }) {
  const scored = models.filter((model): model is Scored => model.score !== null);
  if (scored.length === 0) return null;
  const scale = scaleFor(Math.min(...scored.map(({ score }) => score.interval[0])));
  return (
    <Section name="accuracies" title={say("models.accuracy")} lead={say("models.accuracy.lead")}>
      <ul class="accuracy-lines">
        {scored.map((model) => (
          <Line key={model.name} model={model} scale={scale} />
        ))}
      </ul>
      <div class="axis numbers" aria-hidden="true">
        {scale.ticks.map(({ accuracy, at }) => (
          <span key={accuracy} style={{ left: `${at * 100}%` }} data-minor={!MAJOR.includes(accuracy)}>
            {shortPercentage(accuracy)}
          </span>
        ))}
      </div>
    </Section>
  );
}

/** The ticks that keep their label in a narrow chart. */
const MAJOR: readonly number[] = [0, 0.5, 0.8, 0.99, 0.999];

function Line({ model, scale }: { model: Scored; scale: AccuracyScale }) {
  const { accuracy, interval, n, on } = model.score;
  const [low, high] = interval;
  return (
    <li>
      <span class="accuracy-name">{modelName(model)}</span>
      <span class="accuracy-numbers numbers">
        <strong>{percentage(accuracy)}</strong>{" "}
        <span class="small quiet">{say("models.interval", percentage(low), percentage(high))}</span>
        {on !== "test" && <span class="small quiet"> {say("models.validation", whole(n))}</span>}
      </span>
      <span class="track" aria-hidden="true">
        {scale.ticks.map((tick) => (
          <i key={tick.accuracy} class="tick" style={{ left: `${tick.at * 100}%` }} />
        ))}
        <i
          class="interval"
          style={{ left: `${scale.at(low) * 100}%`, width: `${(scale.at(high) - scale.at(low)) * 100}%` }}
        />
        <i class="dot" style={{ left: `${scale.at(accuracy) * 100}%` }} />
      </span>
    </li>
  );
}
