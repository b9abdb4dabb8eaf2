/** Not sure: the worth of a confidence, the effect of a threshold, and the answers to a letter. */

import { computed, type ReadonlySignal } from "@preact/signals";
import { useEffect, useMemo, useState } from "preact/hooks";
import { change, numberIn, oneOf, parameter } from "../../address";
import { normalize } from "../../ink/normalize";
import { darkOnLight, inkOf } from "../../ink/paper";
import { isWhole, type Measured, measure, measuredOf } from "../../models/test-images";
import { say } from "../../sentences/say";
import { Choices, Notice } from "../../shared/controls";
import { Pixels } from "../../shared/pixels";
import { pictureOf } from "../../write/sheet/drawing";
import { sheet } from "../../write/state/state";
import { NetworkAnswers, MODELS as TWO, useAnswers } from "../answers";
import { LineChart } from "../chart/line-chart";
import { chooseImage, chooseMine, hasMine, isMineChosen, shownDigit } from "../digit/digit";
import { WriteOne } from "../digit/digit-choice";
import { above, type Bin, binsOf } from "../evaluation";
import { fixed, percent, whole } from "../format";
import { StepFrame, useCovered } from "../frame/step-frame";
import { imageOfLetter, LETTERS, type Letter } from "../letters";
import { knob, Slider } from "../slider";
import "./not-sure.css";

const NETWORKS = ["softmax", "tiny", "default"] as const;
const network = parameter("network-here", "softmax", oneOf(NETWORKS));
const SURE = 0.99; // the threshold that the guess is about
const AT_FIRST = 0.9;
const threshold = knob("threshold", AT_FIRST, numberIn(0, 1));
const letter = parameter<Letter>("letter", "A", oneOf(LETTERS)); // the first is the default, which the address omits

export function NotSureStep() {
  const model = network.value;
  const [attempt, setAttempt] = useState(0);
  useEffect(() => measure(model), [model, attempt]);
  const measured = measuredOf(model).value;
  const { said } = measured;
  const { answered, wrong } = above(said, threshold.value);
  const isCovered = useCovered("not-sure", model === "softmax" && threshold.value === AT_FIRST);
  return (
    <StepFrame
      name="not-sure"
      isTried={model === "softmax" && isWhole(measured) && threshold.value === SURE}
      answer={say("learn.not-sure.guess.answer", percent(answered / Math.max(said.length, 1)), whole(wrong))}
    >
      <Choices name="network-here" label={say("learn.train.network")} values={NETWORKS} knob={network} />
      {measured.hasFailed && (
        <Notice role="alert" text={say("learn.not-sure.missing")} again={() => setAttempt(attempt + 1)} />
      )}
      {(!measured.hasFailed || measured.said.length > 0) && <Measurement {...{ measured, isCovered }} />}
      <Letters />
    </StepFrame>
  );
}

/** @param isCovered whether how many answers there are is not told yet */
function Measurement({ measured: { said, all }, isCovered }: { measured: Measured; isCovered: boolean }) {
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
                  <td>{isCovered ? "" : whole(count)}</td>
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
          {isCovered && say("learn.guess.covered")}
          {!isCovered &&
            said.length > 0 &&
            say(
              "learn.not-sure.above",
              percent(answered / said.length),
              whole(wrong),
              percent(answered ? wrong / answered : 0, 2),
              whole(said.length - answered),
            )}
        </p>
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
              if (choice !== "mine")
                change({ letter: choice === LETTERS[0] ? null : choice, look: null, ink: null });
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

const LARGEST = 9; // pixels, the radius of the bin with the most answers
const SMALLEST = 3;

/** Promised from left to right, kept from bottom to top: honest answers lie on the diagonal. */
function Promises({ bins }: { bins: readonly Bin[] }) {
  const most = Math.max(...bins.map(({ count }) => count), 1);
  return (
    <LineChart
      label={say("learn.not-sure.promises.chart")}
      height={300}
      x={{ least: 0, most: 1, name: say("learn.not-sure.promised"), write: inHundredths, ticks: 2 }}
      y={{ least: 0, most: 1, name: say("learn.not-sure.right"), write: inHundredths }}
      lines={[
        {
          key: "honest",
          class: "honest",
          points: [
            [0, 0],
            [1, 1],
          ],
        },
        { key: "measured", points: bins.map(({ promised, right }) => [promised, right]) },
      ]}
    >
      {({ x, y }) =>
        bins.map(({ from, promised, right, count }) => (
          <circle
            key={from}
            class="promise"
            cx={x.position(promised)}
            cy={y.position(right)}
            r={Math.max(LARGEST * Math.sqrt(count / most), SMALLEST)}
          />
        ))
      }
    </LineChart>
  );
}

function inHundredths(fraction: number): string {
  return String(Math.round(100 * fraction));
}

/** 784 values, ink 255; null if nothing is written. */
const sheetImage: ReadonlySignal<Uint8Array | null> = computed(() => {
  const picture = pictureOf(sheet.strokes.value);
  return picture ? (normalize(inkOf(darkOnLight(picture.grey)))?.pixels ?? null) : null;
});
