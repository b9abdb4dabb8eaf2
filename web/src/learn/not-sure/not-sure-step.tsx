/** Not sure: the worth of a confidence, the effect of a threshold, and the answers to a letter. */

import { useEffect, useMemo, useState } from "preact/hooks";
import { change, numberIn, oneOf, parameter } from "../../address";
import { isWhole, type Measured, measure, measuredOf } from "../../models/test-images";
import { say } from "../../sentences/say";
import { Choices } from "../../shared/choices";
import { Notice } from "../../shared/notice";
import { Pixels } from "../../shared/pixels";
import { NetworkAnswers, MODELS as TWO } from "../answer/network-answers";
import { useAnswers } from "../answer/use-answers";
import { chooseImage, chooseMine, hasMine, isMineChosen, NO_INK, shownDigit } from "../digit/digit";
import { WriteOne } from "../digit/write-one";
import { fixed, percent, whole } from "../format";
import { StepFrame } from "../frame/step-frame";
import { knob } from "../knob";
import { Slider } from "../slider";
import { above, binsOf } from "./calibration";
import { Kept } from "./kept";
import { imageOfLetter, LETTERS, type Letter } from "./letters";
import { Promises } from "./promises";
import { sheetImage } from "./sheet-image";
import "./not-sure.css";

const NETWORKS = ["softmax", "tiny", "default"] as const;
const network = parameter("network-here", "softmax", oneOf(NETWORKS));
const SURE = 0.99; // the threshold that the guess is about
const threshold = knob("threshold", 0.9, numberIn(0, 1));
const letter = parameter<Letter>("letter", "A", oneOf(LETTERS)); // the first is the default, which the address omits

export function NotSureStep() {
  const model = network.value;
  const [attempt, setAttempt] = useState(0);
  useEffect(() => measure(model), [model, attempt]);
  const measured = measuredOf(model).value;
  const { said } = measured;
  const { answered, wrong } = above(said, threshold.value);
  return (
    <StepFrame
      name="not-sure"
      isTried={model === "softmax" && isWhole(measured) && threshold.value === SURE}
      answer={say("learn.not-sure.guess.answer", percent(answered / Math.max(said.length, 1)), whole(wrong))}
    >
      <Choices name="network-here" label={say("learn.not-sure.network")} values={NETWORKS} knob={network} />
      {measured.hasFailed && (
        <Notice role="alert" text={say("learn.not-sure.missing")} again={() => setAttempt(attempt + 1)} />
      )}
      {(!measured.hasFailed || measured.said.length > 0) && <Measurement measured={measured} />}
      <Letters />
    </StepFrame>
  );
}

function Measurement({ measured: { said, all } }: { measured: Measured }) {
  const bins = useMemo(() => binsOf(said), [said]);
  const { answered, wrong } = above(said, threshold.value);
  return (
    <>
      <section class="promises stack" aria-busy={said.length < all || all === 0}>
        <h2>{say("learn.not-sure.promises")}</h2>
        <p class="small quiet" role="status">
          {all > 0 ? say("learn.not-sure.measured", whole(said.length), whole(all)) : "…"}
        </p>
        <div class="promises-both">
          <Promises bins={bins} />
          <table class="numbers">
            <thead>
              <tr>
                <th scope="col">{say("learn.not-sure.promised")}</th>
                <th scope="col">{say("learn.not-sure.right")}</th>
                <th scope="col">{say("learn.not-sure.answers")}</th>
              </tr>
            </thead>
            <tbody>
              {bins.map(({ from, promised, right, count }) => (
                <tr key={from}>
                  <td>{fixed(100 * promised, 1)}</td>
                  <td>{fixed(100 * right, 1)}</td>
                  <td>{whole(count)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
      <section class="thresholds stack">
        <h2>{say("learn.not-sure.line")}</h2>
        <Slider
          label={say("learn.not-sure.threshold")}
          written={percent(threshold.value, 0)}
          knob={threshold}
          max={1}
          step={0.01}
        />
        <p class="threshold-said numbers" role="status">
          {said.length > 0 &&
            say(
              "learn.not-sure.above",
              percent(answered / said.length),
              whole(wrong),
              percent(answered ? wrong / answered : 0, 2),
              whole(said.length - answered),
            )}
        </p>
        <Kept said={said} threshold={threshold.value} />
      </section>
    </>
  );
}

function Letters() {
  const isMine = isMineChosen.value;
  const name = letter.value;
  const written = sheetImage.value;
  const mine = isMine ? shownDigit.value?.image : undefined;
  const image = useMemo(() => mine ?? imageOfLetter(name), [mine, name]);
  const answers = useAnswers(image, null, TWO);
  return (
    <section class="letters stack">
      <h2>{say("learn.not-sure.letters")}</h2>
      <p class="quiet">{say("learn.not-sure.letters.text")}</p>
      <div class="looked-at">
        <Choices
          name="letter"
          label={say("learn.not-sure.letter")}
          values={hasMine.value || written ? (["mine", ...LETTERS] as const) : LETTERS}
          knob={{
            value: isMine ? "mine" : name,
            set: (choice) => {
              if (choice !== "mine") chooseLetter(choice);
              else if (hasMine.value || !written) chooseMine();
              else chooseImage(written);
            },
          }}
          write={(choice) => (choice === "mine" ? say("learn.not-sure.mine") : choice)}
        />
        <WriteOne />
      </div>
      <div class="letter-row">
        <Pixels values={image} palette="ink" label={say("learn.not-sure.image")} />
        <NetworkAnswers answered={answers} />
      </div>
    </section>
  );
}

function chooseLetter(chosen: Letter): void {
  change({ letter: chosen === LETTERS[0] ? null : chosen, look: null, ...NO_INK });
}
