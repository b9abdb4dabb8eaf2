/** The frame of every view: header, landmarks, live region, footer. */
import { useSignalEffect } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { change, MORE, oneOf, parameter, query, TABS, view } from "../address";
import { announcedIn, announcement } from "../announce";
import { giveToken, wanted } from "../api";
import { edition, hasService, isOtherMachine } from "../edition";
import { LANGUAGES } from "../generated/messages";
import { chooseLanguage, type Language, language } from "../language";
import { addresses, courseAddress, courseFile, version } from "../project";
import { say } from "../sentences/say";
import { useFocusOnChange } from "../shared/hooks";
import { views } from "../views";
import { chooseTheme, THEMES, type Theme, theme } from "./theme";
import { ViewLink } from "./view-link";

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
        <nav class="footer-links" aria-label={say("shell.page")}>
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

/** The wordmark, the links to the views, and the switches for language and theme. */
function Header() {
  return (
    <header class="header">
      <ViewLink view="write" parameters={{}} class="wordmark">
        shuzi <span lang="zh-Hans">数字</span>
      </ViewLink>
      <nav class="views" aria-label={say("shell.views")}>
        {TABS.map((name) => (
          <ViewLink key={name} view={name} current={name === view.value}>
            {say(name === "duel" ? "shell.play" : views[name].title)}
          </ViewLink>
        ))}
        <More />
      </nav>
      <LanguageSwitch />
      <ThemeSwitch />
    </header>
  );
}

/** What not everybody needs; forms are read by the service alone. */
function More() {
  const [button, list] = [useRef<HTMLButtonElement>(null), useRef<HTMLUListElement>(null)];
  useSignalEffect(() => {
    void query.value;
    list.current?.hidePopover();
  });
  const place = () => {
    const { right = 0, bottom = 0 } = button.current?.getBoundingClientRect() ?? {};
    list.current?.style.setProperty("inset", `${bottom}px ${Math.max(0, innerWidth - right)}px auto auto`);
  };
  const names = MORE.filter((name) => hasService || name !== "forms");
  return (
    <>
      <button
        type="button"
        ref={button}
        popovertarget="more-views"
        data-current={MORE.some((name) => name === view.value)}
      >
        {say("shell.more")}
      </button>
      <ul id="more-views" popover="auto" ref={list} onBeforeToggle={place}>
        <li>
          <ViewLink view="learn" parameters={{ step: "train" }}>
            {say("learn.train")}
          </ViewLink>
        </li>
        {names.map((name) => (
          <li key={name}>
            <ViewLink view={name} current={name === view.value}>
              {say(views[name].title)}
            </ViewLink>
          </li>
        ))}
      </ul>
    </>
  );
}

const LANGUAGE_NAMES: Record<Language, { short: string; whole: string; tag: string }> = {
  zh: { short: "中", whole: "中文", tag: "zh-Hans" },
  en: { short: "EN", whole: "English", tag: "en" },
};

function LanguageSwitch() {
  return (
    <fieldset class="switch" aria-label={say("shell.language")}>
      {LANGUAGES.map((name) => {
        const { short, whole, tag } = LANGUAGE_NAMES[name];
        return (
          <button
            key={name}
            type="button"
            lang={tag}
            title={whole}
            aria-pressed={language.value === name}
            onClick={() => chooseLanguage(name)}
          >
            {short}
          </button>
        );
      })}
    </fieldset>
  );
}

/** A half-filled circle for the system's theme, a sun, a moon. */
const THEME_SIGNS: Record<Theme, string> = {
  system: "M10 3.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13ZM10 3.5a6.5 6.5 0 0 1 0 13Z",
  light:
    "M10 6.5a3.5 3.5 0 1 0 0 7a3.5 3.5 0 1 0 0-7ZM10 2v1.5M10 16.500v1.5M2 10h1.500M16.5 10H18M4.34 4.340l1.06 1.060M14.6 14.600l1.06 1.060M4.34 15.660l1.06-1.060M14.6 5.400l1.06-1.06",
  dark: "M16.2 11.900A6.7 6.7 0 0 1 8.1 3.800a6.7 6.7 0 1 0 8.1 8.100Z",
};

/** One button that cycles through the system's theme, light and dark. */
function ThemeSwitch() {
  const next = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? "system";
  const name = say("shell.theme.now", say(`shell.theme.${theme.value}`));
  return (
    <button
      type="button"
      class="theme-switch"
      aria-label={name}
      title={name}
      onClick={() => chooseTheme(next)}
    >
      <svg class="icon" viewBox="0 0 20 20" aria-hidden="true" data-theme-sign={theme.value}>
        <path d={THEME_SIGNS[theme.value]} />
      </svg>
    </button>
  );
}

const SHOWN = "shown";
const about = parameter("about", "", oneOf([SHOWN]), "push");

/** About the page: what it is, its licences, and where to find the course and the source. */
function AboutButton() {
  return (
    <button type="button" class="link" aria-haspopup="dialog" onClick={() => about.set(SHOWN)}>
      {say("about.open")}
    </button>
  );
}

/** It has an entry in the browser's history, so that going back closes it. */
function About() {
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
        <Fact name={say("about.models")}>{say("about.models.text")}</Fact>
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

/** Asks the user for a token if the service needs one, once per tab. */
function TokenForm() {
  const field = useRef<HTMLInputElement>(null);
  const want = wanted.value;
  useEffect(() => {
    if (want) field.current?.focus();
  }, [want]);
  if (!want) return null;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    giveToken(field.current?.value ?? "");
  };
  return (
    <form class="notice token" onSubmit={submit}>
      <label>
        <span>{say(`token.${want}`)}</span>
        <input
          class="field"
          ref={field}
          type="password"
          autocomplete="off"
          aria-invalid={want === "refused"}
          data-testid="token"
        />
      </label>
      <button type="submit" class="button">
        {say("token.give")}
      </button>
    </form>
  );
}

/** Makes the page work without a connection after the first visit, and installable; not if it is one file. */
export function workOffline(): void {
  if (edition === "file" || !import.meta.env.PROD) return;
  // not where the browser forbids it, such as in a private window or without https
  navigator.serviceWorker?.register("offline.js").catch(() => undefined);
}
