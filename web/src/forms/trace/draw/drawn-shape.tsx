/** How many digits a drawn field has room for, how it is printed, and what the service said of it. */
import { MOST_BOXES } from "../../../generated/limits";
import { say } from "../../../sentences/say";
import type { Drawn, Edited } from "../form";
import { changeDrawn } from "./drawn";

const STYLES = ["boxes", "comb", "open"] as const;

interface Shown {
  field: Edited;
  drawn: Drawn;
  number: number;
  /** What became of it. */
  shape: string;
}

export function DrawnShape({ field, drawn, number, shape }: Shown) {
  return (
    <div class="forms-drawn-shape">
      <select
        value={field.boxes}
        aria-label={say("forms.draw.boxes", number + 1)}
        onChange={({ currentTarget }) => changeDrawn(number, {}, Number(currentTarget.value))}
      >
        {Array.from({ length: MOST_BOXES }, (_, index) => (
          <option value={index + 1} key={index + 1}>
            {say("forms.draw.digits", index + 1)}
          </option>
        ))}
      </select>
      <select
        value={drawn.style}
        aria-label={say("forms.draw.style", number + 1)}
        onChange={({ currentTarget }) =>
          changeDrawn(number, { style: currentTarget.value as Drawn["style"] })
        }
      >
        <option value="">{say("forms.draw.style.any")}</option>
        {STYLES.map((each) => (
          <option value={each} key={each}>
            {say(`forms.draw.style.${each}`)}
          </option>
        ))}
      </select>
      <span
        class={`small ${drawn.trouble ? "forms-drawn-trouble" : "quiet"}`}
        role={drawn.trouble ? "alert" : undefined}
        lang={drawn.trouble?.lang}
      >
        {drawn.trouble?.text ?? (drawn.isChecked ? shape : say("forms.trace.unchecked", number + 1))}
      </span>
    </div>
  );
}
