/** The digits to choose from: my own, if there is one, and one of each. */
import { DIGITS } from "../../generated/tasks";
import { say } from "../../sentences/say";
import { Choices } from "../../shared/choices";
import { choose, chooseMine, chosenDigit, hasMine } from "./digit";

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
