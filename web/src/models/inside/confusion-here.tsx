/** The confusion matrix of a shipped model: measured in the page, on the test images that it has. */
import { useEffect, useState } from "preact/hooks";
import { ConfusionTable } from "../../learn/confusion-table";
import { counts } from "../../learn/evaluation";
import { say } from "../../sentences/say";
import { Button } from "../../shared/button";
import { Notice } from "../../shared/notice";
import { percentage, whole } from "../numbers";
import { isWhole, type Measured, measure, measuredOf } from "../test-images";

export function ConfusionHere({ name }: { name: string }) {
  const [attempt, setAttempt] = useState(0);
  const measured = measuredOf(name).value;
  const isMeasuring = attempt > 0 && !measured.hasFailed;
  useEffect(() => (attempt > 0 ? measure(name) : undefined), [name, attempt]);
  // a partial table would look complete
  const isShown = isWhole(measured) || (isMeasuring && measured.said.length > 0);
  return (
    <section>
      <h3>{say("models.confusion")}</h3>
      <p class="small quiet">{say("models.confusion.lead")}</p>
      {measured.hasFailed && <Notice role="alert" text={say("here.file")} />}
      {isShown ? (
        <Table measured={measured} />
      ) : (
        <Button
          label={say(measured.hasFailed ? "error.again" : "models.confusion.measure")}
          disabled={isMeasuring}
          onClick={() => setAttempt(attempt + 1)}
        />
      )}
    </section>
  );
}

function Table({ measured: { said, all: n } }: { measured: Measured }) {
  const [table, done] = [counts(said), said.length];
  const right = table.reduce((sum, row, label) => sum + (row[label] ?? 0), 0);
  const state =
    done < n
      ? say("models.confusion.going", whole(done), whole(n))
      : say("models.confusion.done", whole(done - right), whole(n), percentage(right / n));
  return (
    <ConfusionTable
      table={table}
      caption={<span role="status">{state}</span>}
      cell={({ label, digit, count, shade }) => ({
        class: count === 0 ? "none" : label === digit ? "right" : "wrong",
        style: { "--share": shade },
        children: count || "·",
      })}
    />
  );
}
