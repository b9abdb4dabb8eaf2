/** The fields that were found: each is named, gets its kind, or is left out. */
import { useEffect } from "preact/hooks";
import { say } from "../../sentences/say";
import { Button } from "../../shared/button";
import { removeDrawn } from "./draw/drawn";
import { DrawnShape } from "./draw/drawn-shape";
import { changeField, currentField, type Edited, fault, fields } from "./form";
import { type Kind, kindOf, kindsOf, ofKind } from "./kinds";
import { plain } from "./toml";

export function Fields() {
  useEffect(() => {
    const left = currentField.peek();
    if (left !== null) showInList(left);
  }, []);
  return (
    <ol class="forms-fields" aria-label={say("forms.trace.fields")}>
      {fields.value.map((field, index) => (
        <Row key={field.drawn?.id ?? field.at.join()} field={field} index={index} />
      ))}
    </ol>
  );
}

function Row({ field, index }: { field: Edited; index: number }) {
  const wrong = fault.value;
  const isWrong =
    !field.isLeftOut &&
    ((wrong?.[0] === "unnamed" && !plain(field.name)) ||
      (wrong?.[0] === "twice" && wrong[1] === plain(field.name)));
  return (
    <li
      data-current={currentField.value === index || undefined}
      data-left-out={field.isLeftOut || undefined}
      onFocusIn={() => {
        currentField.value = index;
      }}
    >
      <span class="numbers" aria-hidden="true">
        {index + 1}
      </span>
      <input
        class="field"
        value={field.name}
        aria-label={say("forms.trace.name", index + 1)}
        aria-invalid={isWrong}
        data-field={index}
        autocomplete="off"
        maxLength={200}
        disabled={field.isLeftOut}
        onInput={({ currentTarget }) => changeField(index, { name: currentTarget.value })}
        onKeyDown={(event) => {
          if (event.isComposing) return;
          if (event.key === "Enter" || event.key === "ArrowDown") go(index, 1);
          else if (event.key === "ArrowUp") go(index, -1);
          else return;
          event.preventDefault();
        }}
      />
      <select
        class="field"
        value={kindOf(field)}
        aria-label={say("forms.trace.kind", index + 1)}
        disabled={field.isLeftOut}
        onChange={({ currentTarget }) => changeField(index, ofKind(currentTarget.value as Kind))}
      >
        {kindsOf(field).map((kind) => (
          <option value={kind} key={kind}>
            {nameOfKind(kind)}
          </option>
        ))}
      </select>
      {field.drawn ? (
        <Button
          look="plain"
          label={say("forms.draw.remove")}
          aria-label={say("forms.draw.remove.field", index + 1)}
          onClick={() => removeField(index)}
        />
      ) : (
        <Button
          look="plain"
          label={say("forms.trace.leave_out")}
          aria-pressed={field.isLeftOut}
          aria-label={say("forms.trace.leave_out.field", index + 1)}
          onClick={() => changeField(index, { isLeftOut: !field.isLeftOut })}
        />
      )}
      {field.drawn ? (
        <DrawnShape field={field} drawn={field.drawn} index={index} shape={shapeOf(field)} />
      ) : (
        <span class="small quiet">{shapeOf(field)}</span>
      )}
    </li>
  );
}

function nameOfKind(kind: Kind): string {
  const { kind: name, country } = ofKind(kind);
  return name === "iban" ? say("forms.trace.kind.iban", country) : say(`forms.trace.kind.${name}`);
}

function shapeOf({ style, boxes, decimals, kind }: Edited): string {
  const shape = say(`forms.trace.style.${style}`, boxes);
  if (kind === "date") return say("forms.trace.date", shape);
  return kind === "number" && decimals > 0 ? say("forms.trace.decimals", shape, decimals) : shape;
}

/** Go to the next field that is not left out. */
function go(index: number, step: 1 | -1): void {
  const all = fields.peek();
  let next = index + step;
  while (all[next]?.isLeftOut) next += step;
  if (all[next]) focusField(next);
}

/** Remove a drawn field; the focus goes where another can be added. */
export function removeField(index: number): void {
  removeDrawn(index);
  document.querySelector<HTMLElement>(".forms-blank [data-add]")?.focus({ preventScroll: true });
}

/** Put the focus on the name of a field. */
export function focusField(index: number): void {
  currentField.value = index;
  const field = nameOf(index);
  field?.focus({ preventScroll: true });
  field?.select();
  field?.closest("li")?.scrollIntoView({ block: "nearest" });
}

/** Scroll the list to a field, and nothing else: the picture stays where somebody drags on it. */
export function showInList(index: number): void {
  const row = nameOf(index)?.closest("li");
  const list = row?.parentElement;
  if (!row || !list) return;
  const [shown, bounds] = [list.getBoundingClientRect(), row.getBoundingClientRect()];
  list.scrollTop += Math.max(bounds.bottom - shown.bottom, 0) + Math.min(bounds.top - shown.top, 0);
}

function nameOf(index: number): HTMLInputElement | null {
  return document.querySelector(`.forms-fields [data-field="${index}"]`);
}
