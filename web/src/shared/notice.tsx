/** Says what went wrong, and how to go on. */
import type { ComponentChildren } from "preact";
import { say } from "../sentences/say";
import { Button } from "./button";

interface Properties {
  text: string;
  /** The language of the text, if that is not the page's. */
  lang?: string;
  role?: "alert" | "status";
  again?: (() => void) | undefined;
  /** Further buttons. */
  children?: ComponentChildren;
}

export function Notice({ text, again, children, ...rest }: Properties) {
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
