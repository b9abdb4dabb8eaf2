/** Which language the page speaks: what the address names, else what was chosen earlier, else the browser's first. */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { change, query } from "./address";
import { remember, remembered } from "./storage";

export const LANGUAGES = ["zh", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

const chosen = signal(asLanguage(remembered("language")));

/** The language in use; reading it in a component follows it. */
export const language: ReadonlySignal<Language> = computed(
  () => asLanguage(query.value.get("lang")) ?? chosen.value ?? firstOf(navigator.languages),
);

effect(() => {
  document.documentElement.lang = languageTag(language.value);
});

/** As HTML names it. */
export function languageTag(name: Language): string {
  return name === "zh" ? "zh-Hans" : "en";
}

/** Choose by hand: remembered, and named in the address, so that a link speaks the same language. */
export function chooseLanguage(name: Language): void {
  chosen.value = name;
  remember("language", name);
  change({ lang: name });
}

/** The first language of a list such as `navigator.languages` that the page speaks; English if it speaks none. */
export function firstOf(tags: readonly string[]): Language {
  for (const tag of tags) {
    const known = asLanguage(tag);
    if (known) return known;
  }
  return "en";
}

function asLanguage(tag: string | null): Language | null {
  const start = tag?.toLowerCase().split("-")[0];
  return LANGUAGES.find((each) => each === start) ?? null;
}
