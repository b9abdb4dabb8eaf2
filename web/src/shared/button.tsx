/** A button that does something on the page and submits no form. */
import type { ButtonHTMLAttributes } from "preact";

interface Properties extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "type" | "class" | "label"> {
  /** How much it stands out: "primary", "plain" or not at all; further classes may follow. */
  look?: string;
  /** Its text, unless it has children. */
  label?: string;
}

export function Button({ look = "", label, children = label, ...rest }: Properties) {
  return (
    <button type="button" class={`button ${look}`} {...rest}>
      {children}
    </button>
  );
}
