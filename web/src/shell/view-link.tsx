/** A link to a view: a real URL that can be copied or opened in a new tab, followed without reloading the page. */
import type { ComponentChildren } from "preact";
import { addressOf, type ViewName, visit } from "../address";

interface Properties {
  view: ViewName;
  /** By default, the view is shown as it was left. */
  parameters?: Record<string, string>;
  /** Whether it is the current view. */
  current?: boolean;
  class?: string;
  children: ComponentChildren;
}

/** Follow a link without reloading the page, unless it is to be opened elsewhere. */
export function follow(event: MouseEvent, go: () => void): void {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go();
}

export function ViewLink({ view, parameters, current, children, ...rest }: Properties) {
  const address = addressOf(view, parameters);
  const go = (event: MouseEvent) => follow(event, () => !current && visit(address));
  return (
    <a href={address} aria-current={current ? "page" : undefined} onClick={go} {...rest}>
      {children}
    </a>
  );
}
