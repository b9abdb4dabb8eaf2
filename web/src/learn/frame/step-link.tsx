/** A link to a step: a real URL, followed without reloading the page. */
import type { ComponentChildren } from "preact";
import { addressOfStep, goToStep } from "./step-address";

interface Properties {
  step: number;
  class?: string;
  /** Whether it is the current step. */
  current?: boolean;
  children: ComponentChildren;
}

export function StepLink({ step, current, children, ...rest }: Properties) {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    goToStep(step);
  };
  return (
    <a href={addressOfStep(step)} aria-current={current ? "step" : undefined} onClick={follow} {...rest}>
      {children}
    </a>
  );
}
