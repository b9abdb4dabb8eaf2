/** About the page: what it is, its licences, and where to find the course and the source. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { change, oneOf, parameter } from "../address";
import { language } from "../language";
import { addresses, courseAddress, courseFile, version } from "../project";
import { say } from "../sentences/say";

const SHOWN = "shown";
const about = parameter("about", "", oneOf([SHOWN]), "push");

export function AboutButton() {
  return (
    <button type="button" class="link" aria-haspopup="dialog" onClick={() => about.set(SHOWN)}>
      {say("about.open")}
    </button>
  );
}

/** It has an entry in the browser's history, so that going back closes it. */
export function About() {
  const dialog = useRef<HTMLDialogElement>(null);
  const isShown = about.value === SHOWN;
  useEffect(() => {
    if (isShown) dialog.current?.showModal();
  }, [isShown]);
  if (!isShown) return null;
  const course = courseAddress(addresses, language.value);
  return (
    <dialog ref={dialog} class="about" aria-labelledby="about-title" onClose={() => change({ about: null })}>
      <h2 id="about-title">{say("about.title")}</h2>
      <p>{say("about.text")}</p>
      <dl>
        <Fact name={say("about.version")}>{version}</Fact>
        <Fact name={say("about.course")}>
          {course ? <a href={course}>{say("about.course.open")}</a> : say("about.course.file")}
          {!course && <code>{courseFile(language.value)}</code>}
        </Fact>
        {addresses.source && (
          <Fact name={say("about.source")}>
            <a href={addresses.source}>{addresses.source}</a>
          </Fact>
        )}
        <Fact name={say("about.licence")}>{say("about.licence.text")}</Fact>
      </dl>
      <form method="dialog">
        <button type="submit" class="button primary">
          {say("about.close")}
        </button>
      </form>
    </dialog>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt class="small quiet">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
