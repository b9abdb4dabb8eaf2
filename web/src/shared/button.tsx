/** A button that does something on the page and submits no form. */
import type { ButtonHTMLAttributes } from "preact";
import { Icon, type IconName } from "./icons";

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
