/** Choose the digit of a step: the user's own, one of ten, or a test image by its index. */
import { useState } from "preact/hooks";
import { type Digits, loadDigits } from "../../data/digits";
import { PIXELS } from "../../data/image";
import { DIGITS } from "../../generated/tasks";
import { DISPUTED } from "../../generated/training";
import { say } from "../../sentences/say";
import { Choices } from "../../shared/controls";
import { usePromised } from "../../shared/hooks";
import { percent } from "../../shared/percent";
import { Pixels } from "../../shared/pixels";
import { ViewLink } from "../../shell/view-link";
import type { Answered } from "../evaluation";
import { whole } from "../format";
import { STEP_NAMES, shownStep } from "../frame/steps";
import { choose, chooseMine, chosenDigit, hasMine } from "./digit";
import { scoresOf, surestMistakes } from "./examples";
import "../parts.css";

export function DigitChoice() {
  return (
    <div class="looked-at">
      <DigitButtons />
      <WriteOne />
      <OtherDigits />
    </div>
  );
}

/** @param before is called before another digit is looked at */
export function DigitButtons({ before }: { before?: () => void }) {
  return (
    <Choices
      name="digit"
      label={say("learn.digit.choose")}
      values={hasMine.value ? ["mine", ...DIGITS] : [...DIGITS]}
      knob={{
        value: chosenDigit.value,
        set: (digit) => {
          before?.();
          if (digit === "mine") chooseMine();
          else choose(digit);
        },
      }}
      write={(digit) => (digit === "mine" ? say("learn.digit.mine") : digit)}
    />
  );
}

/** Link from a step to Write, which links back to the step. */
export function WriteOne() {
  const name = STEP_NAMES[shownStep() - 1];
  return (
    <ViewLink view="write" parameters={name ? { for: name } : {}} class="small write-one">
      {say(hasMine.value ? "learn.digit.write_another" : "learn.digit.write")}
    </ViewLink>
  );
}

const MOST = 20; // mistakes

let misreads: Promise<Answered[]> | null = null;

/** Test images to choose from: labels in doubt, mistakes of the shipped softmax network, and any by its number. */
export function OtherDigits() {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="other-digits" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{say("learn.digit.others")}</summary>
      {isOpen && <Others />}
    </details>
  );
}

function Others() {
  const test = usePromised(testImages, "");
  const digits = test === "missing" ? null : test;
  const misread = usePromised(() => digits && misreadIn(digits), String(digits !== null)) ?? [];
  if (test === "missing") return <p class="small quiet">{say("learn.digit.missing")}</p>;
  if (!test) return <p class="small quiet">{say("learn.train.state.loading")}</p>;
  const count = test.labels.length;
  return (
    <>
      <Choice
        name={say("learn.digit.doubtful")}
        test={test}
        options={DISPUTED.filter((index) => index < count).map((index) => ({
          index,
          said: say("learn.digit.is", whole(index), test.labels[index] ?? 0),
          under: String(test.labels[index]),
        }))}
      />
      <Choice
        name={say("learn.digit.misread")}
        test={test}
        options={misread.map(({ index, label, digit, probability }) => ({
          index,
          said: say("learn.train.mistake", label, digit, percent(probability), whole(index)),
          under: `${label} → ${digit}`,
        }))}
      />
      <label class="small by-number">
        {say("learn.digit.number", whole(count - 1))}
        <input
          class="field"
          type="number"
          min={0}
          max={count - 1}
          value={chosenDigit.value.startsWith("t") ? chosenDigit.value.slice(1) : ""}
          onChange={({ currentTarget: field }) => {
            if (field.value !== "" && field.validity.valid) choose(`t${Number(field.value)}`);
          }}
        />
      </label>
    </>
  );
}

function misreadIn(test: Digits): Promise<Answered[]> {
  misreads ??= surestMistakes(test, scoresOf, MOST);
  return misreads;
}

function testImages(): Promise<Digits | "missing"> {
  return loadDigits().then(
    ({ test }) => test,
    () => "missing",
  );
}

interface ChoiceProperties {
  name: string;
  test: Digits;
  options: readonly { index: number; said: string; under: string }[];
}

function Choice({ name, test, options }: ChoiceProperties) {
  return (
    <section>
      <h3 class="small quiet">{name}</h3>
      <ul class="digit-thumbnails" aria-label={name}>
        {options.map(({ index, said, under }) => (
          <li key={index}>
            <button
              type="button"
              title={said}
              aria-label={said}
              aria-pressed={chosenDigit.value === `t${index}`}
              onClick={() => choose(`t${index}`)}
            >
              <Pixels values={test.images.subarray(index * PIXELS, (index + 1) * PIXELS)} palette="ink" />
              <span class="small numbers digit-under">{under}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
