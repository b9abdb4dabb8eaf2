/** A key becomes a sentence in the current language. English defines the keys; Chinese must have the same. */
import { language, languageTag } from "../language";
import { en } from "./en";
import { zh } from "./zh";

export type Key = keyof typeof en;
/** Keys of sentences without values. */
export type PlainKey = { [K in Key]: (typeof en)[K] extends string ? K : never }[Key];
type Values<K extends Key> = (typeof en)[K] extends (...values: infer V) => string ? V : [];

/** Return the sentence for a key. In a component or an effect it follows the language. */
export function say<K extends Key>(key: K, ...values: Values<K>): string {
  const sentence = (language.value === "zh" ? zh : en)[key] as string | ((...values: Values<K>) => string);
  return typeof sentence === "string" ? sentence : sentence(...values);
}

/** A sentence that stays as it was said, whatever language is chosen later: what the service said, for instance. */
export interface Said {
  text: string;
  /** Its language, as a `lang` tag. */
  lang: string;
}

export function said(text: string): Said {
  return { text, lang: languageTag(language.peek()) };
}
