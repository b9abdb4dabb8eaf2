/** The frame of every view: header, landmarks, live region, footer. */
import { useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { view } from "../address";
import { announcedIn, announcement } from "../announce";
import { hasService, isOtherMachine } from "../edition";
import { language } from "../language";
import { addresses, courseAddress } from "../project";
import { say } from "../sentences/say";
import { useFocusOnChange } from "../shared/focus";
import { views } from "../views";
import { About, AboutButton } from "./about";
import { Header } from "./header";
import { TokenForm } from "./token-form";

export function Shell() {
  const shown = view.value;
  const { component: View } = views[shown];
  const main = useRef<HTMLElement>(null);
  useFocusOnChange(shown, () => main.current);
  const course = courseAddress(addresses, language.value);

  useEffect(keepPage, []);
  useSignalEffect(() => {
    document.title = `${say(views[view.value].title)} · shuzi 数字`;
  });

  return (
    <>
      <a class="skip" href="#content">
        {say("shell.skip")}
      </a>
      <Header />
      <TokenForm />
      <main id="content" ref={main} tabIndex={-1} aria-label={say(views[shown].title)}>
        <View key={shown} />
      </main>
      <footer class="footer">
        <p>
          {hasService && isOtherMachine(location.hostname)
            ? say("shell.service", location.hostname)
            : say("shell.local")}
        </p>
        <nav class="footer-links" aria-label={say("shell.more")}>
          {course && <a href={course}>{say("about.course")}</a>}
          {addresses.source && <a href={addresses.source}>{say("about.source")}</a>}
          {hasService && <a href={`docs?lang=${language.value}`}>{say("shell.source")}</a>}
          <AboutButton />
        </nav>
      </footer>
      <About />
      <p
        class="for-screen-readers"
        role="status"
        aria-live="polite"
        lang={announcedIn.value || undefined}
        data-testid="announcement"
      >
        {announcement}
      </p>
    </>
  );
}

/**
 * Ignores files dropped outside any drop zone: the browser would open them in place of the page and lose the writing.
 */
function keepPage(): () => void {
  const refuse = (event: DragEvent) => {
    if (event.defaultPrevented || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "none";
  };
  // the window gets the event after the view, which listens on the document
  const events = ["dragover", "drop"] as const;
  for (const name of events) addEventListener(name, refuse);
  return () => {
    for (const name of events) removeEventListener(name, refuse);
  };
}
