/** The current cell: its picture, what is doubtful about it, and what is written, to be confirmed or corrected. */
import { useEffect, useRef } from "preact/hooks";
import { announce } from "../announce";
import { say } from "../sentences/say";
import { accept, cellAt, current, move, remaining, table, textAt, undo } from "./review";
import { keyOf } from "./table";

export function CellEditor() {
  const place = current.value;
  const input = useRef<HTMLInputElement>(null);
  const key = place && keyOf(place);
  const text = place ? textAt(place) : "";
  useEffect(() => {
    const field = input.current;
    if (!field || key === null) return;
    field.value = text;
    field.focus({ preventScroll: true });
    field.select(); // so that a digit replaces what was read
  }, [key, text]);
  if (!place) return null;
  const cell = cellAt(place);
  const label = table.value?.columns.find((each) => each.name === place.name)?.label || place.name;

  const press = (event: KeyboardEvent & { currentTarget: HTMLInputElement }) => {
    const field = event.currentTarget;
    const [start, end] = [field.selectionStart ?? 0, field.selectionEnd ?? 0];
    const whole = start === 0 && end === field.value.length;
    if (event.isComposing) return;
    if (event.key === "Enter") {
      accept(place, field.value);
      const left = remaining.value.length;
      announce(left > 0 ? say("forms.remaining", left) : say("forms.done"));
    } else if (event.key === "Escape") field.value = text;
    else if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && field.value === text)
      undo();
    else if (event.key === "ArrowUp") move(-1, 0);
    else if (event.key === "ArrowDown") move(1, 0);
    else if (event.key === "ArrowLeft" && (whole || end === 0)) move(0, -1);
    else if (event.key === "ArrowRight" && (whole || start === field.value.length)) move(0, 1);
    else return;
    event.preventDefault();
  };

  return (
    <section class="forms-cell" aria-label={say("forms.cell")}>
      {cell?.picture ? (
        <img src={`data:image/png;base64,${cell.picture}`} alt={say("forms.picture", label, place.row + 1)} />
      ) : (
        <p class="forms-no-picture quiet">{say("forms.no_picture")}</p>
      )}
      <label>
        <span class="small quiet">{say("forms.of_row", label, place.row + 1)}</span>
        <input
          ref={input}
          class="forms-text numbers"
          autocomplete="off"
          inputMode="decimal"
          maxLength={200}
          onKeyDown={press}
        />
      </label>
      <p class="small">{cell?.message}</p>
      <div class="buttons">
        {cell?.alternatives
          .filter((each) => each.text !== "" && each.text !== text)
          .slice(0, 3)
          .map((each) => (
            <button type="button" class="button" key={each.text} onClick={() => accept(place, each.text)}>
              {each.text}
            </button>
          ))}
      </div>
      <p class="small quiet">{say("forms.keys")}</p>
    </section>
  );
}
