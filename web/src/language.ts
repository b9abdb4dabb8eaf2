/** The page's language: from the address, else the earlier choice, else the browser's preference. */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { change, query } from "./address";
import { LANGUAGES } from "./generated/messages";
import { remember, remembered } from "./shared/storage/database";

export type Language = (typeof LANGUAGES)[number];

const chosen = signal(asLanguage(remembered("language")));

/** The current language; reading it in a component subscribes to it. */
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

/** Set the language; it is remembered and added to the address, so that links keep it. */
export function chooseLanguage(name: Language): void {
  chosen.value = name;
  remember("language", name);
  change({ lang: name });
}

/** The first supported language in a list such as `navigator.languages`; English if there is none. */
function firstOf(tags: readonly string[]): Language {
  for (const tag of tags) {
    const supported = asLanguage(tag);
    if (supported) return supported;
  }
  return "en";
}

function asLanguage(tag: string | null): Language | null {
  const start = tag?.toLowerCase().split("-")[0];
  return LANGUAGES.find((code) => code === start) ?? null;
}
