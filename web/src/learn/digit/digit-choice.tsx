/** Choose the digit of a step: the user's own, one of ten, or a test image by its index. */
import { DIGITS } from "../../generated/tasks";
import { say } from "../../sentences/say";
import { Choices } from "../choices";
import { choose, chooseMine, chosenDigit, hasMine } from "./digit";
import { OtherDigits } from "./other-digits";
import { WriteOne } from "./write-one";
import "./digit.css";

export function DigitChoice() {
  const chosen = chosenDigit.value;
  return (
    <div class="looked-at">
      <Choices
        name="digit"
        label={say("learn.digit.choose")}
        values={hasMine.value ? ["mine", ...DIGITS] : [...DIGITS]}
        chosen={chosen}
        write={(digit) => (digit === "mine" ? say("learn.digit.mine") : digit)}
        onChoose={(digit) => (digit === "mine" ? chooseMine() : choose(digit))}
      />
      <WriteOne />
      <OtherDigits />
    </div>
  );
}
