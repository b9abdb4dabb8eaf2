/** What a shipped model takes for what: measured in the page, on the test images that it has. */
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { loadDigits } from "../../data/digits";
import { classifyHere } from "../../here/read";
import { largestAt } from "../../ink/numbers";
import { counts } from "../../learn/mistakes/confusion";
import { say } from "../../sentences/say";
import { share, whole } from "../numbers";
import "../../learn/mistakes/mistakes.css";

const PIXELS = 784;
const AT_ONCE = 250; // images; between them, what is written is read

interface Measured {
  table: number[][];
  done: number;
  n: number;
}

/** Kept until the page is closed: the networks do not change. */
const measured = signal<ReadonlyMap<string, Measured>>(new Map());

export function ConfusionHere({ name }: { name: string }) {
  const [isMeasuring, setMeasuring] = useState(false);
  const [isMissing, setMissing] = useState(false);
  const found = measured.value.get(name);
  useEffect(() => {
    if (!isMeasuring) return;
    let wanted = true;
    measure(name, () => wanted)
      .catch(() => setMissing(true))
      .finally(() => setMeasuring(false));
    return () => {
      wanted = false;
    };
  }, [name, isMeasuring]);
  return (
    <section>
      <h3>{say("models.confusion")}</h3>
      <p class="small quiet">{say("models.confusion.lead")}</p>
      {isMissing && <p class="notice">{say("here.file")}</p>}
      {found ? (
        <Table found={found} />
      ) : (
        <button type="button" class="button" disabled={isMeasuring} onClick={() => setMeasuring(true)}>
          {say("models.confusion.measure")}
        </button>
      )}
    </section>
  );
}

async function measure(name: string, isWanted: () => boolean): Promise<void> {
  const { images, labels } = (await loadDigits()).test;
  const answers: { label: number; digit: number }[] = [];
  for (let start = 0; start < labels.length && isWanted(); start += AT_ONCE) {
    const end = Math.min(start + AT_ONCE, labels.length);
    const { probabilities } = await classifyHere(images.slice(start * PIXELS, end * PIXELS), name);
    for (let place = 0; place < end - start; place++) {
      const digit = largestAt(probabilities.subarray(10 * place, 10 * (place + 1)));
      answers.push({ label: labels[start + place] ?? 0, digit });
    }
    const state = { table: counts(answers), done: answers.length, n: labels.length };
    measured.value = new Map(measured.value).set(name, state);
  }
  // half a table would look like a whole one
  if (answers.length < labels.length) {
    const others = new Map(measured.value);
    others.delete(name);
    measured.value = others;
  }
}

function Table({ found: { table, done, n } }: { found: Measured }) {
  const right = table.reduce((sum, row, label) => sum + (row[label] ?? 0), 0);
  const most = Math.max(1, ...table.flatMap((row, label) => row.filter((_, digit) => digit !== label)));
  return (
    <div class="confusion-frame">
      <table class="confusion numbers">
        <caption>
          <span role="status">
            {done < n
              ? say("models.confusion.going", whole(done), whole(n))
              : say("models.confusion.done", whole(done - right), whole(n), share(right / n))}
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
