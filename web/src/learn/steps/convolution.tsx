/** Convolution: a window of 3x3 pixels slides over a digit; the feature map, ReLU and pooling. */
import { oneOf, parameter } from "../../address";
import { SIDE } from "../../generated/ink/normalize";
import { say } from "../../sentences/say";
import { Check, Choices } from "../../shared/controls";
import { Pixels } from "../../shared/pixels";
import { chosenDigit, shownDigit } from "../digit/digit";
import { DigitChoice } from "../digit/digit-choice";
import {
  FILTER_NAMES,
  FILTERS,
  type FilterName,
  featureMap,
  MAP,
  POOLED,
  pooled,
  sumAt,
  windowAt,
} from "../filters";
import { fixed } from "../format";
import { StepFrame } from "../frame/step-frame";
import { knob, wholeIn } from "../slider";
import { Terms } from "../terms";
import { PixelGrid } from "./pixels";
import "./convolution.css";

/** The filters of the guess. */
const COMPARED = ["vertical", "horizontal", "spot"] as const satisfies readonly FilterName[];

const filter = parameter<FilterName>("filter", "vertical", oneOf(FILTER_NAMES));
const corner = knob("window", 8 * SIDE + 12, wholeIn(0, SIDE * SIDE - 1));
const relu = parameter("relu", "on", oneOf(["on", "off"]));

export function ConvolutionStep() {
  const image = shownDigit.value?.image ?? new Uint8Array(SIDE * SIDE);
  const weights = FILTERS[filter.value];
  // centre the window on the selected pixel, as far as the edge allows
  const row = inside(Math.floor(corner.value / SIDE) - 1);
  const column = inside((corner.value % SIDE) - 1);
  const map = featureMap(image, weights, relu.value === "on");
  const full = Math.max(...featureMap(image, weights, false).map(Math.abs), 1e-6);
  return (
    <StepFrame
      name="convolution"
      guesses={COMPARED.map((name) => say(`learn.convolution.filter.${name}`))}
      isTried={chosenDigit.value === "1" && filter.value === "horizontal"}
    >
      <DigitChoice />
      <Choices
        name="filter"
        label={say("learn.convolution.filter")}
        values={FILTER_NAMES}
        knob={filter}
        write={(name) => (
          <>
            <Pixels values={FILTERS[name]} side={3} palette="signed" class="filter-image" />
            {say(`learn.convolution.filter.${name}`)}
          </>
        )}
      />
      <div class="convolution-row">
        <figure>
          <PixelGrid
            values={image}
            label={say("learn.digit.looked-at")}
            chosen={(row + 1) * SIDE + column + 1}
            around={1}
            numbers={false}
            onChoose={(pixel) => corner.set(pixel)}
          />
          <figcaption>{say("learn.convolution.picture")}</figcaption>
        </figure>
        <figure>
          <div class="convolution-map">
            <Pixels
              values={map}
              side={MAP}
              palette="signed"
              full={full}
              label={say("learn.convolution.map")}
            />
            <span
              class="chosen-place"
              aria-hidden="true"
              style={{ left: `${(column / MAP) * 100}%`, top: `${(row / MAP) * 100}%` }}
            />
          </div>
          <figcaption>{say("learn.convolution.map")}</figcaption>
        </figure>
        <figure class="convolution-pooled">
          <Pixels
            values={pooled(map)}
            side={POOLED}
            palette="signed"
            full={full}
            label={say("learn.convolution.pooled")}
          />
          <figcaption>{say("learn.convolution.pooled")}</figcaption>
        </figure>
      </div>
      <div class="convolution-window">
        <Terms
          caption={say("learn.convolution.window", row + 1, column + 1)}
          window={windowAt(image, row, column)}
          kernel={weights}
        />
        <p role="status" class="numbers">
          {say("learn.convolution.sum", fixed(sumAt(image, weights, row, column), 2))}
        </p>
      </div>
      <Check
        label={say("learn.convolution.relu")}
        isOn={relu.value === "on"}
        onChange={(isOn) => relu.set(isOn ? "on" : "off")}
      />
    </StepFrame>
  );
}

function inside(corner: number): number {
  return Math.min(Math.max(corner, 0), MAP - 1);
}
