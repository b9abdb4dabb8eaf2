/** Every mistake of a network: a table of labels and answers, whose cells show their images. */
import { useEffect, useState } from "preact/hooks";
import { oneOf, parameter } from "../../address";
import { loadDigits } from "../../data/digits";
import { PIXELS } from "../../data/image";
import { DISPUTED } from "../../generated/training";
import { MODELS } from "../../here/read";
import { isWhole, measure, measuredOf, type Said } from "../../models/test-images";
import { STANDARD } from "../../networks/settings";
import { say } from "../../sentences/say";
import { Button, Choices, Notice } from "../../shared/controls";
import { usePromised } from "../../shared/hooks";
import { percent } from "../../shared/percent";
import { Pixels } from "../../shared/pixels";
import { ViewLink } from "../../shell/view-link";
import { counts } from "../evaluation";
import { whole } from "../format";
import { StepFrame } from "../frame/step-frame";
import { letterOf, nameOf } from "../train/kept-networks";
import { complete, hasEnded, idOf, ownName, type Run } from "../train/run";
import { active, choose, chosen, open, ownNetworks, runs, startInPage } from "../train/runs";
import { Progress } from "./train";
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

/** The network that comes with the page whose mistakes are shown; "": one that was trained in it. */
const of = parameter("of", "", oneOf(MODELS));

export function MistakesStep() {
  useEffect(open, []);
  const trained = runs.value.filter((run) => hasEnded(run) && versionOf(run) !== "");
  const run = trained.find((trainedRun) => trainedRun === chosen.value) ?? trained.at(-1) ?? null;
  const model = of.value || (run ? versionOf(run) : "");
  const measured = measuredOf(model).value;
  // others make other mistakes
  const isStandard = !of.value && run?.id === idOf(complete(STANDARD.softmax)) && isWhole(measured);
  const table = isStandard ? counts(measured.said) : null;
  const times = (label: number, digit: number) => whole(table?.[label]?.[digit] ?? 0);
  return (
    <StepFrame
      name="mistakes"
      guesses={COMPARED.map(([label, digit]) => say("learn.mistakes.guess.of", label, digit))}
      isTried={isStandard && COMPARED.some((pair) => pair.join("-") === cell.value)}
      answer={say("learn.mistakes.guess.answer", times(2, 8), times(1, 7), times(0, 6))}
    >
      {active.value && <Progress run={active.value} />}
      {!run && !active.value && <Nothing />}
      <Which trained={trained} run={run} />
      {model && <Mistakes key={model} name={of.value || (run ? nameOf(run) : "")} model={model} />}
    </StepFrame>
  );
}

/** By which the page's reader knows the network of a run; "" until the browser keeps it. */
function versionOf(run: Run): string {
  return ownNetworks.value.find(({ name }) => name === ownName(run.id))?.version ?? "";
}

function Nothing() {
  return (
    <Notice text={say("learn.mistakes.nothing")}>
      <Button
        label={say("learn.mistakes.train")}
        onClick={() => {
          of.set("");
          startInPage([STANDARD.softmax]);
        }}
      />
    </Notice>
  );
}

/** Of a network, on as many test images as it has read so far. */
function Mistakes({ name, model }: { name: string; model: string }) {
  const { said, hasFailed } = measuredOf(model).value;
  const images = usePromised(
    () =>
      loadDigits()
        .then(({ test }) => test.images)
        .catch(() => null),
    "",
  );
  useEffect(() => measure(model), [model]);
  if (hasFailed) return <Notice role="alert" text={say("here.file")} />;
  if (!images || said.length === 0) return null;
  return <Table name={name} all={said.map((answer, index) => ({ ...answer, index }))} images={images} />;
}

/** Those that were trained here, and those that come with the page. */
function Which({ trained, run }: { trained: readonly Run[]; run: Run | null }) {
  const namesOf = new Map(
    trained.map((trainedRun) => [trainedRun.id, `${letterOf(trainedRun)} · ${nameOf(trainedRun)}`]),
  );
  const shipped = MODELS.map((name) => `${SHIPPED}${name}`);
  return (
    <Choices
      name="run"
      label={say("learn.mistakes.of")}
      values={[...namesOf.keys(), ...shipped]}
      knob={{
        value: of.value ? SHIPPED + of.value : (run?.id ?? null),
        set: (id) => {
          of.set(id.startsWith(SHIPPED) ? id.slice(SHIPPED.length) : "");
          choose(id);
        },
      }}
      write={(id) => namesOf.get(id) ?? id.slice(SHIPPED.length)}
    />
  );
}

const SHIPPED = "shipped "; // softmax may have been trained here, too

/** An answer for a test image. */
interface Answered extends Said {
  index: number;
}

interface TableProperties {
  name: string;
  all: readonly Answered[];
  images: Uint8Array;
}

function Table({ name, all, images }: TableProperties) {
  const wrong = all.filter(({ label, digit }) => label !== digit);
  const [label, digit] = cell.value.split("-").map(Number);
  const shown =
    cell.value === "" ? wrong : all.filter((answer) => answer.label === label && answer.digit === digit);
  shown.sort((a, b) => b.confidence - a.confidence);
  return (
    <>
      <Confusions
        table={counts(all)}
        caption={say("learn.mistakes.caption", name, whole(wrong.length), whole(all.length))}
      />
      <section aria-live="polite">
        <div class="mistakes-head">
          <h2>
            {cell.value === ""
              ? say("learn.mistakes.all", whole(shown.length))
              : say("learn.mistakes.some", label ?? 0, digit ?? 0, whole(shown.length))}
          </h2>
          {cell.value !== "" && (
            <Button label={say("learn.mistakes.show-all")} onClick={() => cell.set("")} />
          )}
        </div>
        <Images key={cell.value} shown={shown} images={images} />
      </section>
    </>
  );
}

/** A row for each label, a column for each answer. */
function Confusions({ table, caption }: { table: readonly (readonly number[])[]; caption: string }) {
  const most = Math.max(1, ...table.flatMap((row, label) => row.filter((_, digit) => digit !== label)));
  return (
    <div class="confusion-frame">
      <table class="confusion numbers">
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">
              <span>{say("learn.mistakes.corner")}</span>
            </th>
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
                <Cell key={digit} label={label} digit={digit} count={count} most={most} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface CellProperties {
  label: number;
  digit: number;
  count: number;
  /** Of the most frequent mistake. */
  most: number;
}

/** A count that chooses its images; mistakes that were never made choose nothing. */
function Cell({ label, digit, count, most }: CellProperties) {
  const name = `${label}-${digit}`;
  if (count === 0) return <td class="none">·</td>;
  return (
    <td class={label === digit ? "right" : ""}>
      <button
        type="button"
        aria-pressed={cell.value === name}
        aria-label={say("learn.mistakes.some", label, digit, String(count))}
        style={{ "--share": label === digit ? 0 : Math.sqrt(count / most) }}
        onClick={() => cell.set(cell.value === name ? "" : name)}
      >
        {count}
      </button>
    </td>
  );
}

/** The images, the surest answers first; all of them, page by page. */
function Images({ shown, images }: { shown: readonly Answered[]; images: Uint8Array }) {
  const [pages, setPages] = useState(1);
  return (
    <>
      <ul class="mistakes">
        {shown.slice(0, pages * PAGE).map((answer) => (
          <MistakeImage
            key={answer.index}
            answer={answer}
            image={images.subarray(answer.index * PIXELS, (answer.index + 1) * PIXELS)}
          />
        ))}
      </ul>
      {shown.length > pages * PAGE && (
        <Button
          label={say("learn.mistakes.more", whole(shown.length - pages * PAGE))}
          onClick={() => setPages(pages + 1)}
        />
      )}
    </>
  );
}

interface MistakeProperties {
  answer: Answered;
  /** 784 values, ink 255. */
  image: Uint8Array;
}

/** A misread image: its label, the answer, and the probability of the answer. */
function MistakeImage({ answer, image }: MistakeProperties) {
  const { index, label, digit, confidence } = answer;
  const isDoubtful = (DISPUTED as readonly number[]).includes(index);
  const sentence = say("learn.train.mistake", label, digit, percent(confidence), whole(index));
  return (
    <li title={sentence} class={isDoubtful ? "doubtful" : ""}>
      <ViewLink view="learn" parameters={{ step: "template", look: `t${index}` }}>
        <Pixels values={image} palette="ink" label={sentence} />
      </ViewLink>
      <span class="numbers" aria-hidden="true">
        {label} → <b>{digit}</b>
      </span>
      <span class="small quiet numbers" aria-hidden="true">
        {percent(confidence)}
      </span>
      {isDoubtful && <span class="small">{say("learn.mistakes.doubtful")}</span>}
    </li>
  );
}
