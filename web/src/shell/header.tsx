/** The wordmark, the links to the views, and the switches for language and theme. */
import { TABS, view } from "../address";
import { LANGUAGES } from "../generated/messages";
import { chooseLanguage, type Language, language } from "../language";
import { type PlainKey, say } from "../sentences/say";
import { views } from "../views";
import { chooseTheme, THEMES, type Theme, theme } from "./theme";
import { ViewLink } from "./view-link";

export function Header() {
  return (
    <header class="header">
      <ViewLink view="write" parameters={{}} class="wordmark">
        shuzi <span lang="zh-Hans">数字</span>
      </ViewLink>
      <nav class="views" aria-label={say("shell.views")}>
        {TABS.map((name) => (
          <ViewLink key={name} view={name} current={name === view.value}>
            {say(views[name].title)}
          </ViewLink>
        ))}
      </nav>
      <LanguageSwitch />
      <ThemeSwitch />
    </header>
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

const THEME_NAMES: Record<Theme, PlainKey> = {
  system: "shell.theme.system",
  light: "shell.theme.light",
  dark: "shell.theme.dark",
};

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
  const name = say("shell.theme.now", say(THEME_NAMES[theme.value]));
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
