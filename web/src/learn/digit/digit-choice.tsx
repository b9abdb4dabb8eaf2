/** Choose the digit of a step: the user's own, one of ten, or a test image by its index. */
import { DigitButtons } from "./digit-buttons";
import { OtherDigits } from "./other-digits";
import { WriteOne } from "./write-one";
import "./digit.css";

export function DigitChoice() {
  return (
    <div class="looked-at">
      <DigitButtons />
      <WriteOne />
      <OtherDigits />
    </div>
  );
}
