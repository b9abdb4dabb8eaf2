/** A button that does something on the page and submits no form. */
import type { Signal } from "@preact/signals";
import type { ButtonHTMLAttributes, ComponentChildren, HTMLAttributes } from "preact";
import { say } from "../sentences/say";

interface Properties
  extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "type" | "class" | "label" | "icon"> {
  /** How much it stands out: "primary", "plain" or not at all; further classes may follow. */
  look?: string;
  /** Its text, unless it has children. */
  label?: string;
  /** Before the text. */
  icon?: IconName;
}

export function Button({ look = "", label, icon, children = label, ...rest }: Properties) {
  return (
    <button type="button" class={`button ${look}`} {...rest}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

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

/** One of several values, as radio buttons side by side; and a switch. */
export function Choices<Value extends string | number>(choice: Choice<Value>) {
  const { name, label, isLabelHidden = false, values, knob, write = String } = choice;
  return (
    <fieldset class="choices">
      <legend class={isLabelHidden ? "for-screen-readers" : "small quiet"}>{label}</legend>
      {values.map((value) => (
        <label key={value}>
          <input
            type="radio"
            class="cover covering"
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

/** Shows what is current nearer; the field that has the focus keeps it. */
export function NearButton({ isNear, disabled }: { isNear: Signal<boolean>; disabled?: boolean }) {
  return (
    <Button
      look="plain"
      label={say("forms.sheet.near")}
      aria-pressed={isNear.value}
      disabled={disabled}
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => {
        isNear.value = !isNear.value;
      }}
    />
  );
}

/** All that a picture may be. */
export const PICTURES = "image/*,.pdf,.heic,.heif,.tif,.tiff";

interface FileButtonProperties {
  label: string;
  icon?: IconName;
  accept: string;
  /** For tests. */
  test: string;
  take: (files: readonly File[]) => void;
  look?: "primary" | "plain" | "";
  isMultiple?: boolean;
  isCamera?: boolean;
}

export function FileButton(properties: FileButtonProperties) {
  const { label, icon, accept, test, take, look = "", isMultiple = false, isCamera = false } = properties;
  return (
    <label class={`button file ${look} ${isCamera ? "camera" : ""}`}>
      {icon && <Icon name={icon} />}
      {label}
      <input
        type="file"
        class="cover covering"
        accept={accept}
        multiple={isMultiple}
        {...(isCamera ? { capture: "environment" as const } : {})}
        data-testid={test}
        onChange={({ currentTarget }) => {
          const files = [...(currentTarget.files ?? [])];
          if (files.length > 0) take(files);
          currentTarget.value = ""; // so that the same file can be chosen again
        }}
      />
    </label>
  );
}

interface NoticeProperties {
  text: string;
  /** The language of the text, if that is not the page's. */
  lang?: string;
  role?: "alert" | "status";
  again?: (() => void) | undefined;
  /** Further buttons. */
  children?: ComponentChildren;
}

/** Says what went wrong, and how to go on. */
export function Notice({ text, again, children, ...rest }: NoticeProperties) {
  return (
    <div class="notice" {...rest}>
      <p>{text}</p>
      {(again || children) && (
        <div class="buttons">
          {again && <Button label={say("error.again")} onClick={again} />}
          {children}
        </div>
      )}
    </div>
  );
}

interface SectionProperties extends HTMLAttributes<HTMLElement> {
  /** Its class; the title's id begins with it. */
  name: string;
  title: string;
  lead: string;
}

/** A part of a view, with its title and a sentence about it. */
export function Section({ name, title, lead, children, ...rest }: SectionProperties) {
  return (
    <section class={`titled ${name}`} aria-labelledby={`${name}-title`} {...rest}>
      <header>
        <h2 id={`${name}-title`}>{title}</h2>
        <p class="quiet">{lead}</p>
      </header>
      {children}
    </section>
  );
}

const PATHS = {
  undo: "M4 8h8.5a4 4 0 0 1 0 8H8M7.5 4.5 4 8l3.5 3.5",
  clear: "M5 5l10 10M15 5 5 15",
  picture: "M3.5 4.5h13v11h-13zM3.5 13l3.5-3.5 3 3 2.5-2 4 3.5M13 8.2v.01",
  camera: "M3.5 6.5h3l1.2-2h4.6l1.2 2h3v9.5h-13zM10 13.5a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 1 0 0 5.4",
  play: "M7 4.5v11l8.5-5.5z",
  pause: "M7 4.500v11M13 4.500v11",
  pen: "M4 16l.8-3.6L13.2 4 16 6.8 7.6 15.2zM11.5 5.7l2.8 2.8",
  copy: "M7 7V4h9v9h-3M4 7h9v9H4z",
  save: "M10 3.5v9M6.5 9 10 12.5 13.5 9M4 16h12",
  ok: "M4.5 10.5l3.7 3.7 7.3-8.4",
  unsure: "M7 7.2C7.2 5.3 8.5 4.3 10.1 4.3c1.8 0 3.1 1.1 3.1 2.7 0 2.3-3.1 2.6-3.1 5M10.1 15.7v.01",
  "not-a-digit": "M5.5 5.5l9 9M14.5 5.5l-9 9",
  blank: "M4.5 10h11",
  back: "M12 4.500 6.5 10l5.5 5.500",
  next: "M8 4.500 13.5 10 8 15.500",
  remove: "M5.5 5.500 14.500 14.500M14.500 5.500 5.500 14.500",
} as const;

/** Icons drawn as lines in the colour of the surrounding text. */
export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
