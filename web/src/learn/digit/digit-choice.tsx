/** Which digit a step looks at: my own, one of ten, or a test image by its number. */
import { say } from "../../sentences/say";
import { ViewLink } from "../../shell/view-link";
import { choose, chooseMine, chosenDigit, hasMine } from "./digit";
import { OtherDigits } from "./other-digits";
import "./digit.css";

export function DigitChoice() {
  const chosen = chosenDigit.value;
  return (
    <div class="looked-at">
      <fieldset class="choices">
        <legend class="small quiet">{say("learn.digit.choose")}</legend>
        {hasMine.value && (
          <label>
            <input type="radio" name="digit" checked={chosen === "mine"} onChange={chooseMine} />
            <span>{say("learn.digit.mine")}</span>
          </label>
        )}
        {Array.from({ length: 10 }, (_, digit) => (
          <label key={digit}>
            <input
              type="radio"
              name="digit"
              checked={chosen === String(digit)}
              onChange={() => choose(String(digit))}
            />
            <span>{digit}</span>
          </label>
        ))}
      </fieldset>
      {!hasMine.value && (
        <ViewLink view="write" class="small">
          {say("learn.digit.write")}
        </ViewLink>
      )}
      <OtherDigits />
    </div>
  );
}
