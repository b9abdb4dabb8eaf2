/** Step 1: a digit is 784 numbers. */

import { change, oneOf, parameter, query } from "../../address";
import { SIDE } from "../../generated/ink/normalize";
import { say } from "../../sentences/say";
import { Check } from "../../shared/choices";
import { Pixels } from "../../shared/pixels";
import { chooseMine, chosenDigit, isMineChosen, myImage, NO_INK, shownDigit } from "../digit/digit";
import { WriteOne } from "../digit/write-one";
import { fixed } from "../format";
import { StepFrame } from "../frame/step-frame";
import { knob, wholeIn } from "../knob";
import { digits, imageOf } from "./digits";
import { Magnifier } from "./magnifier";
import { PixelGrid } from "./pixel-grid";
import { PixelRow } from "./pixel-row";
import "./pixels.css";

// the 7's edge passes near row 8, column 12
const SEVEN = 7;
const digit = parameter("image", SEVEN, wholeIn(0, 9));
const pixel = knob("pixel", 8 * SIDE + 12, wholeIn(0, SIDE * SIDE - 1));
const shown = parameter("pixels", "ink", oneOf(["ink", "numbers"]));

export function PixelsStep() {
  const { label, index, values: example } = imageOf(digit.value);
  const mine = isMine() ? shownDigit.value?.image : undefined;
  const values = mine ?? example;
  const chosen = pixel.value;
  return (
    <StepFrame name="pixels" isTried={(from) => Math.abs(chosen - from) === SIDE} position={chosen}>
      <div class="pixels-step">
        <PixelGrid
          values={values}
          label={mine ? say("learn.digit.looked-at") : say("learn.pixels.grid", label)}
          chosen={chosen}
          numbers={shown.value === "numbers"}
          onChoose={(index) => pixel.set(index)}
        />
        <div class="pixels-side">
          <DigitChoice />
          <WriteOne />
          <Check
            label={say("learn.pixels.numbers")}
            isOn={shown.value === "numbers"}
            onChange={(isOn) => shown.set(isOn ? "numbers" : "ink")}
          />
          <Magnifier values={values} chosen={chosen} />
          <Readout value={values[chosen] ?? 0} chosen={chosen} />
          <p class="small quiet">
            {mine ? say("learn.pixels.mine") : say("learn.pixels.source", label, index)}
          </p>
        </div>
        <figure class="pixels-in-a-row">
          <PixelRow values={values} chosen={chosen} label={say("learn.pixels.row.label")} />
          <figcaption class="small quiet">{say("learn.pixels.row", chosen + 1)}</figcaption>
        </figure>
      </div>
    </StepFrame>
  );
}

/** Not if the address names an image, as old links do. */
function isMine(): boolean {
  return isMineChosen.value || (chosenDigit.value === "mine" && !query.value.has("image"));
}

function DigitChoice() {
  const isShown = isMine();
  return (
    <fieldset class="digit-choice">
      <legend class="for-screen-readers">{say("learn.pixels.choose")}</legend>
      {myImage.value && (
        <label>
          <input
            type="radio"
            class="covering"
            name="image"
            aria-label={say("learn.digit.mine")}
            checked={isShown}
            onChange={chooseMine}
          />
          <Pixels values={myImage.value} palette="ink" />
        </label>
      )}
      {digits.map(({ label, values }) => (
        <label key={label}>
          <input
            type="radio"
            class="covering"
            name="image"
            aria-label={String(label)}
            checked={!isShown && digit.value === label}
            onChange={() => chooseExample(label)}
          />
          <Pixels values={values} palette="ink" />
        </label>
      ))}
    </fieldset>
  );
}

/** The other steps look at the same digit. */
function chooseExample(label: number): void {
  change({ ...NO_INK, image: label === SEVEN ? null : String(label), look: String(label) });
}

function Readout({ value, chosen }: { value: number; chosen: number }) {
  const row = Math.floor(chosen / SIDE) + 1;
  const column = (chosen % SIDE) + 1;
  return (
    <p class="pixel-readout numbers" role="status" aria-label={say("learn.pixels.chosen")}>
      <span>{say("learn.pixels.place", row, column)}</span>
      <span class="pixel-value">
        <strong>{value}</strong> ÷ 255 = <strong>{fixed(value / 255, 3)}</strong>
      </span>
    </p>
  );
}
