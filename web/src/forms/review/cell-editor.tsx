/** The current cell: its picture, what is doubtful about it, and what is written, to be confirmed or corrected. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { announce } from "../../announce";
import { SIDE } from "../../generated/ink/normalize";
import type { FormColumn } from "../../generated/shapes";
import { say } from "../../sentences/say";
import { Button } from "../../shared/controls";
import { type Position, printedIn } from "../table/table";
import { completed, suggested, tickedIn, toggled } from "../table/texts";
import {
  accept,
  cellAt,
  culpritIn,
  current,
  entry,
  move,
  remaining,
  signed,
  table,
  take,
  textAt,
  undo,
} from "./review";

export function CellEditor() {
  const [formTable, position] = [table.value, current.value];
  const input = useRef<HTMLInputElement>(null);
  const original = useRef(""); // what the field held before anybody typed
  const before = useRef<{ formTable: typeof formTable; position: Position | null }>({
    formTable,
    position: null,
  });
  const text = position ? textAt(position) : "";
  // before the next key, which would else put this cell's text into the next cell
  useLayoutEffect(() => {
    const field = input.current;
    if (!field || !position) return;
    const isSame = position === before.current.position && formTable === before.current.formTable;
    const isTyped = field.value !== original.current && field.value !== text;
    before.current = { formTable, position };
    original.current = text;
    if (isSame && isTyped) return; // what is being typed stays
    field.value = text;
    entry.value = text;
    if (isSame && document.activeElement !== field) return; // whoever has left the field is not taken back
    field.focus({ preventScroll: true });
    field.select(); // so that a digit replaces what was read
  }, [formTable, position, text]);
  if (!position) return null;
  const cell = cellAt(position);
  const column = formTable?.columns.find((formColumn) => formColumn.name === position.name);
  const label = column?.label || position.name;
  const whose = formTable ? printedIn(formTable, position.row) : "";
  const version = formTable?.rows[position.row]?.version;

  const near = column?.among ? suggested(entry.value, column.among) : [];
  const meant = (typed: string) => (column?.options?.length ? completed(typed, column) : typed);
  const confirmed = (typed: string) => {
    if (input.current) entry.value = input.current.value = original.current = meant(typed);
    accept(position, meant(typed));
    const left = remaining.value.length;
    announce(left > 0 ? say("forms.remaining", left) : say("forms.done"));
  };
  /** Nothing that was typed is lost when somebody goes elsewhere without confirming. */
  const leave = () => {
    const field = input.current;
    if (!field || field.value === original.current) return;
    original.current = field.value;
    take(position, meant(field.value));
  };
  const go = (down: number, right: number) => {
    leave();
    move(down, right);
  };
  const press = (event: KeyboardEvent & { currentTarget: HTMLInputElement }) => {
    const field = event.currentTarget;
    const [start, end] = [field.selectionStart ?? 0, field.selectionEnd ?? 0];
    const whole = start === 0 && end === field.value.length;
    const isUndo = event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey;
    if (event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && near[0] !== undefined)
      confirmed(near[0]);
    else if (event.key === "Escape") entry.value = field.value = text;
    else if (isUndo && field.value === original.current) undo();
    else if (event.key === "ArrowUp") go(-1, 0);
    else if (event.key === "ArrowDown") go(1, 0);
    else if (event.key === "ArrowLeft" && (whole || end === 0)) go(0, -1);
    else if (event.key === "ArrowRight" && (whole || start === field.value.length)) go(0, 1);
    else return;
    event.preventDefault();
  };

  return (
    <section class="forms-cell stack" aria-label={say("forms.cell")}>
      {cell?.picture ? (
        <img
          src={`data:image/png;base64,${cell.picture}`}
          alt={say("forms.picture", label, position.row + 1)}
        />
      ) : cell?.digits ? (
        <DigitStrip digits={cell.digits} alt={say("forms.picture", label, position.row + 1)} />
      ) : (
        <p class="forms-no-picture quiet">{say("forms.no_picture")}</p>
      )}
      <form
        class="forms-entry"
        onSubmit={(event) => {
          event.preventDefault();
          if (input.current) confirmed(input.current.value);
        }}
      >
        <label>
          <span class="small quiet">
            {say("forms.of_row", label, position.row + 1)}
            {whose && ` · ${whose}`}
            {version && ` · ${say("forms.version")} ${version}`}
          </span>
          <input
            ref={input}
            class="field numbers"
            autocomplete="off"
            enterkeyhint="next"
            // keyboards for decimals lack signs, slashes and letters
            inputMode={signed.value.has(position.name) || cell?.rule === "words" ? "text" : "decimal"}
            maxLength={200}
            onKeyDown={press}
            onInput={(event) => {
              entry.value = event.currentTarget.value;
            }}
            onBlur={leave}
          />
        </label>
        <button type="submit" class="button primary" onMouseDown={stay}>
          {say("forms.confirm")}
        </button>
      </form>
      <p class="small">
        {text === cell?.text && cell.rule !== "sum" && cell.message /* it is about what was read */}
        {cell?.rule === "sum" && <Likeliest row={position.row} name={position.name} />}
      </p>
      {column?.options?.length ? (
        <Options
          column={column}
          text={meant(entry.value)}
          choose={(option) => {
            if (column.choose !== "any") confirmed(option);
            else if (input.current)
              entry.value = input.current.value = toggled(meant(entry.value), option, column.options ?? []);
          }}
        />
      ) : null}
      {near.length > 0 && <p class="small quiet">{say("forms.suggested")}</p>}
      <div class="buttons">
        {(column?.options?.length ? [] : [...near.map(asAlternative), ...(cell?.alternatives ?? [])])
          // with "?" for a box that nobody could read, it is no text to confirm
          .filter(
            (alternative) =>
              alternative.text !== "" && alternative.text !== entry.value && !alternative.text.includes("?"),
          )
          .filter(({ text: own }, index, all) => all.findIndex((each) => each.text === own) === index)
          .slice(0, 3)
          .map((alternative) => (
            <Button
              key={alternative.text}
              label={alternative.text}
              onMouseDown={stay}
              onClick={() => confirmed(alternative.text)}
            />
          ))}
      </div>
      <p class="small quiet">{say("forms.keys")}</p>
    </section>
  );
}

function asAlternative(text: string): { text: string } {
  return { text };
}

/** The options of a field with boxes to tick: pressed are those that the text names. */
function Options({
  column,
  text,
  choose,
}: {
  column: FormColumn;
  text: string;
  choose: (option: string) => void;
}) {
  const ticked = tickedIn(text);
  return (
    <div class="buttons forms-options">
      {column.options?.map((option) => (
        <Button
          key={option}
          label={option}
          aria-pressed={ticked.includes(option)}
          onMouseDown={stay}
          onClick={() => choose(option)}
        />
      ))}
    </div>
  );
}

/** Which of the cells that should add up is most likely to be wrong, and what would fit there. */
function Likeliest({ row, name }: Position) {
  const culprit = culpritIn({ row, name });
  const column = table.value?.columns.find((each) => each.name === culprit?.name);
  if (!culprit || !column) return null;
  const label = column.label || column.name;
  const isHere = culprit.name === name;
  const sum = say("forms.sum", culprit.summed, culprit.total);
  if (culprit.fitting === "") return `${sum} ${say(isHere ? "forms.culprit.here" : "forms.culprit", label)}`;
  const key = isHere ? "forms.culprit.here_fits" : "forms.culprit.fits";
  return `${sum} ${say(key, label, culprit.fitting)}`;
}

/** The field keeps the focus: what is typed is not recorded beside what the button says. */
function stay(event: Event): void {
  event.preventDefault();
}

/** The digits of a cell as they were classified: the first row of their picture, black on white. */
function DigitStrip({ digits, alt }: { digits: string; alt: string }) {
  return (
    <img
      class="forms-strip"
      src={`data:image/png;base64,${digits}`}
      alt={alt}
      onLoad={({ currentTarget }) => {
        currentTarget.style.aspectRatio = String(currentTarget.naturalWidth / SIDE);
      }}
    />
  );
}
