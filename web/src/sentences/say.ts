/** A key becomes a sentence in the language in use. English says which keys there are; Chinese must have the same. */
import { language } from "../language";
import { en } from "./en";
import { zh } from "./zh";

export type Key = keyof typeof en;
/** Keys of sentences without values. */
export type PlainKey = { [K in Key]: (typeof en)[K] extends string ? K : never }[Key];
type Values<K extends Key> = (typeof en)[K] extends (...values: infer V) => string ? V : [];

/** Put a key into words. In a component or an effect the sentence follows the language. */
export function say<K extends Key>(key: K, ...values: Values<K>): string {
  const sentence = (language.value === "zh" ? zh : en)[key] as string | ((...values: Values<K>) => string);
  return typeof sentence === "string" ? sentence : sentence(...values);
}
