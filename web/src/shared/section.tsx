/** A part of a view, with its title and a sentence about it. */
import type { HTMLAttributes } from "preact";

interface Properties extends HTMLAttributes<HTMLElement> {
  /** Its class; the title's id begins with it. */
  name: string;
  title: string;
  lead: string;
}

export function Section({ name, title, lead, children, ...rest }: Properties) {
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
