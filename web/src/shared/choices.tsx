/** One of several values, as radio buttons side by side; and a switch. */
import type { ComponentChildren } from "preact";

interface Choice<Value> {
  /** The name of the radio buttons. */
  name: string;
  label: string;
  /** Whether the label is for screen readers only. */
  isLabelHidden?: boolean;
  values: readonly Value[];
  knob: { readonly value: Value | null; set(value: Value): void };
  /** A value as it is shown, if not as it is. */
  write?: (value: Value) => ComponentChildren;
}

export function Choices<Value extends string | number>(choice: Choice<Value>) {
  const { name, label, isLabelHidden = false, values, knob, write = String } = choice;
  return (
    <fieldset class="choices">
      <legend class={isLabelHidden ? "for-screen-readers" : "small quiet"}>{label}</legend>
      {values.map((value) => (
        <label key={value}>
          <input
            type="radio"
            class="covering"
            name={name}
            checked={value === knob.value}
            onChange={() => knob.set(value)}
          />
          <span>{write(value)}</span>
        </label>
      ))}
    </fieldset>
  );
}

interface Switch {
  label: string;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
  class?: string;
}

export function Check({ label, isOn, onChange, class: kind = "" }: Switch) {
  return (
    <label class={`check ${kind}`}>
      <input type="checkbox" checked={isOn} onChange={(event) => onChange(event.currentTarget.checked)} />
      <span>{label}</span>
    </label>
  );
}
