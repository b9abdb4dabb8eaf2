/** How many digits a drawn field has room for, how it is printed, and what the service said of it. */
import { MAX_BOXES } from "../../../generated/limits";
import { say } from "../../../sentences/say";
import type { Drawn, Edited } from "../form";
import { changeDrawn } from "./drawn";

const STYLES = ["boxes", "comb", "open"] as const;

interface Shown {
  field: Edited;
  drawn: Drawn;
  index: number;
  /** A description of its boxes. */
  shape: string;
}

export function DrawnShape({ field, drawn, index, shape }: Shown) {
  return (
    <div class="forms-drawn-shape">
      <select
        class="field"
        value={field.boxes}
        aria-label={say("forms.draw.boxes", index + 1)}
        onChange={({ currentTarget }) => changeDrawn(index, {}, Number(currentTarget.value))}
      >
        {Array.from({ length: MAX_BOXES }, (_, fewer) => (
          <option value={fewer + 1} key={fewer + 1}>
            {say("forms.draw.digits", fewer + 1)}
          </option>
        ))}
      </select>
      <select
        class="field"
        value={drawn.style}
        aria-label={say("forms.draw.style", index + 1)}
        onChange={({ currentTarget }) => changeDrawn(index, { style: currentTarget.value as Drawn["style"] })}
      >
        <option value="">{say("forms.draw.style.any")}</option>
        {STYLES.map((style) => (
          <option value={style} key={style}>
            {say(`forms.draw.style.${style}`)}
          </option>
        ))}
      </select>
      <span
        class={`small ${drawn.trouble ? "forms-drawn-trouble" : "quiet"}`}
        role={drawn.trouble ? "alert" : undefined}
        lang={drawn.trouble?.lang}
      >
        {drawn.trouble?.text ?? (drawn.isChecked ? shape : say("forms.trace.unchecked", index + 1))}
      </span>
    </div>
  );
}
