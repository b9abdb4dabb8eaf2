/** Every mistake of a network: a table of labels and answers, whose cells show their images. */

import { useEffect, useState } from "preact/hooks";
import { parameter } from "../../address";
import { PIXELS } from "../../data/image";
import { DISPUTED } from "../../generated/training";
import { STANDARD } from "../../networks/training/settings";
import { say } from "../../sentences/say";
import { percent } from "../../shared/percent";
import { Pixels } from "../../shared/pixels";
import { Choices } from "../choices";
import { whole } from "../format";
import { StepFrame } from "../frame/step-frame";
import { answersHere } from "../train/here/client";
import type { Answers } from "../train/here/messages";
import { Progress } from "../train/progress";
import { complete, idOf } from "../train/runs/identity";
import { letterOf, nameOf } from "../train/runs/naming";
import { hasEnded, type Run } from "../train/runs/run";
import { active, choose, chosen, open, runs, startInPage } from "../train/runs/runs";
import { type Answered, answered, counts } from "./confusion";
import "./mistakes.css";

const PAGE = 48; // images shown at once

/** Labels and answers of the guess; the first is the most frequent of the standard softmax network. */
const COMPARED = [
  [2, 8],
  [1, 7],
  [0, 6],
] as const;

/** "3-5": threes read as fives; "": all mistakes. */
const cell = parameter("cell", "", (text) => (/^\d-\d$/.test(text) ? text : null));

export function MistakesStep() {
  useEffect(open, []);
  const trained = runs.value.filter((run) => run.where === "page" && run.step > 0 && hasEnded(run));
  const run = trained.find((each) => each === chosen.value) ?? trained.at(-1) ?? null;
  const answers = useAnswers(run);
  // others make other mistakes
  const found = run?.id === idOf(complete(STANDARD.softmax)) ? answers : null;
  const times = timesIn(found);
  return (
    <StepFrame
      name="mistakes"
      guesses={COMPARED.map(([label, digit]) => say("learn.mistakes.guess.of", label, digit))}
      right={0}
      isTried={found !== null && COMPARED.some((each) => each.join("-") === cell.value)}
      answer={say("learn.mistakes.guess.answer", times(2, 8), times(1, 7), times(0, 6))}
      lesson="11-last-half-percent"
      tall
    >
      {active.value && <Progress run={active.value} />}
      {!run && !active.value && <Nothing />}
      {trained.length > 1 && <Which trained={trained} run={run} />}
      {run && answers && <Table run={run} answers={answers} />}
    </StepFrame>
  );
}

/** How often a label got an answer. */
function timesIn(answers: Answers | null) {
  const table = answers && counts(answered(answers.labels, answers.probabilities));
  return (label: number, digit: number) => whole(table?.[label]?.[digit] ?? 0);
}

function Nothing() {
  return (
    <div class="notice">
      <p>{say("learn.mistakes.nothing")}</p>
      <button type="button" class="button" onClick={() => startInPage([STANDARD.softmax])}>
        {say("learn.mistakes.train")}
      </button>
    </div>
  );
}

function Which({ trained, run }: { trained: readonly Run[]; run: Run | null }) {
  const namesOf = new Map(trained.map((each) => [each.id, `${letterOf(each)} · ${nameOf(each)}`]));
  return (
    <Choices
      name="run"
      label={say("learn.train.runs")}
      values={trained.map(({ id }) => id)}
      chosen={run?.id ?? null}
      write={(id) => namesOf.get(id)}
      onChoose={choose}
    />
  );
}

function Table({ run, answers }: { run: Run; answers: Answers }) {
  const all = answered(answers.labels, answers.probabilities);
  const table = counts(all);
  const wrong = all.filter(({ label, digit }) => label !== digit);
  const most = Math.max(1, ...table.flatMap((row, label) => row.filter((_, digit) => digit !== label)));
  const [label, digit] = cell.value.split("-").map(Number);
  const shown =
    cell.value === "" ? wrong : all.filter((each) => each.label === label && each.digit === digit);
  shown.sort((a, b) => b.probability - a.probability);
  return (
    <>
      <div class="confusion-frame">
        <table class="confusion numbers">
          <caption>
            {say("learn.mistakes.caption", nameOf(run), whole(wrong.length), whole(all.length))}
          </caption>
          <thead>
            <tr>
              <th scope="col">{say("learn.mistakes.corner")}</th>
              {table.map((_, answer) => (
                <th key={answer} scope="col">
                  {answer}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.map((row, from) => (
              <tr key={from}>
                <th scope="row">{from}</th>
                {row.map((count, to) => (
                  <Cell key={to} label={from} digit={to} count={count} most={most} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <section aria-live="polite">
        <div class="mistakes-head">
          <h2>
            {cell.value === ""
              ? say("learn.mistakes.all", whole(shown.length))
              : say("learn.mistakes.some", label ?? 0, digit ?? 0, whole(shown.length))}
          </h2>
          {cell.value !== "" && (
            <button type="button" class="button" onClick={() => cell.set("")}>
              {say("learn.mistakes.show-all")}
            </button>
          )}
        </div>
        <Images key={`${run.id} ${cell.value}`} shown={shown} answers={answers} />
      </section>
    </>
  );
}

interface CellProperties {
  label: number;
  digit: number;
  count: number;
  most: number;
}

function Cell({ label, digit, count, most }: CellProperties) {
  const name = `${label}-${digit}`;
  if (count === 0) return <td class="none">·</td>;
  return (
    <td class={label === digit ? "right" : ""}>
      <button
        type="button"
        aria-pressed={cell.value === name}
        aria-label={say("learn.mistakes.some", label, digit, whole(count))}
        style={{ "--share": label === digit ? 0 : Math.sqrt(count / most) }}
        onClick={() => cell.set(cell.value === name ? "" : name)}
      >
        {count}
      </button>
    </td>
  );
}

/** The images, the surest answers first; all of them, page by page. */
function Images({ shown, answers }: { shown: readonly Answered[]; answers: Answers }) {
  const [pages, setPages] = useState(1);
  const doubtful = (index: number) =>
    answers.on === "test" && (DISPUTED as readonly number[]).includes(index);
  return (
    <>
      <ul class="mistakes">
        {shown.slice(0, pages * PAGE).map(({ index, label, digit, probability }) => {
          const sentence = say("learn.train.mistake", label, digit, percent(probability), whole(index));
          return (
            <li key={index} title={sentence} class={doubtful(index) ? "doubtful" : ""}>
              <Pixels
                values={answers.images.subarray(index * PIXELS, (index + 1) * PIXELS)}
                palette="ink"
                label={sentence}
              />
              <span class="numbers" aria-hidden="true">
                {label} → <b>{digit}</b>
              </span>
              <span class="small quiet numbers" aria-hidden="true">
                {percent(probability)}
              </span>
              {doubtful(index) && <span class="small">{say("learn.mistakes.doubtful")}</span>}
            </li>
          );
        })}
      </ul>
      {shown.length > pages * PAGE && (
        <button type="button" class="button" onClick={() => setPages(pages + 1)}>
          {say("learn.mistakes.more", whole(shown.length - pages * PAGE))}
        </button>
      )}
    </>
  );
}

function useAnswers(run: Run | null): Answers | null {
  const key = run ? `${run.id} ${run.step}` : "";
  const [found, setFound] = useState<{ key: string; answers: Answers } | null>(null);
  useEffect(() => {
    if (!run) return;
    let wanted = true;
    void answersHere(run.id).then((answers) => {
      if (wanted && answers) setFound({ key, answers });
    });
    return () => {
      wanted = false;
    };
  }, [key]);
  return found?.key === key ? found.answers : null;
}
