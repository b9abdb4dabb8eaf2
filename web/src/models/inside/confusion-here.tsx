/** What a shipped model takes for what: measured in the page, on the test images that it has. */
import { useEffect, useState } from "preact/hooks";
import { isWhole, type Measured, measure, measuredOf } from "../../here/test-images";
import { counts } from "../../learn/mistakes/confusion";
import { say } from "../../sentences/say";
import { percentage, whole } from "../numbers";
import "../../learn/mistakes/mistakes.css";

export function ConfusionHere({ name }: { name: string }) {
  const [attempt, setAttempt] = useState(0);
  const found = measuredOf(name).value;
  const isMeasuring = attempt > 0 && !found.hasFailed;
  useEffect(() => (attempt > 0 ? measure(name) : undefined), [name, attempt]);
  // half a table would look like a whole one
  const isShown = isWhole(found) || (isMeasuring && found.said.length > 0);
  return (
    <section>
      <h3>{say("models.confusion")}</h3>
      <p class="small quiet">{say("models.confusion.lead")}</p>
      {found.hasFailed && (
        <p class="notice" role="alert">
          {say("here.file")}
        </p>
      )}
      {isShown ? (
        <Table found={found} />
      ) : (
        <button type="button" class="button" disabled={isMeasuring} onClick={() => setAttempt(attempt + 1)}>
          {say(found.hasFailed ? "error.again" : "models.confusion.measure")}
        </button>
      )}
    </section>
  );
}

function Table({ found: { said, all: n } }: { found: Measured }) {
  const [table, done] = [counts(said), said.length];
  const right = table.reduce((sum, row, label) => sum + (row[label] ?? 0), 0);
  const most = Math.max(1, ...table.flatMap((row, label) => row.filter((_, digit) => digit !== label)));
  return (
    <div class="confusion-frame">
      <table class="confusion numbers">
        <caption>
          <span role="status">
            {done < n
              ? say("models.confusion.going", whole(done), whole(n))
              : say("models.confusion.done", whole(done - right), whole(n), percentage(right / n))}
          </span>
        </caption>
        <thead>
          <tr>
            <th scope="col">{say("learn.mistakes.corner")}</th>
            {table.map((_, digit) => (
              <th key={digit} scope="col">
                {digit}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.map((row, label) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              {row.map((count, digit) => (
                <td
                  key={digit}
                  class={count === 0 ? "none" : label === digit ? "right" : "wrong"}
                  style={{ "--share": label === digit ? 0 : Math.sqrt(count / most) }}
                >
                  {count || "·"}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
