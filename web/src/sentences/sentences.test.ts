import { expect, test } from "vitest";
import { en } from "./en";
import { zh } from "./zh";

const CHINESE = /\p{Script=Han}/u;
const LETTERS = /\p{L}/u;
/** Names and formulas that are the same in both languages. */
const ALIKE = ["softmax", "x²"];

/** The sentences by key, with 7 for every value. */
function spoken(sentences: Record<string, unknown>): [string, string][] {
  return Object.entries(sentences).map(([key, sentence]) => {
    if (typeof sentence !== "function") return [key, String(sentence)];
    return [key, String(sentence(...Array.from({ length: sentence.length }, () => 7)))];
  });
}

test("every sentence is English in English", () => {
  expect(spoken(en).filter(([, text]) => CHINESE.test(text))).toEqual([]);
});

test("every sentence is Chinese in Chinese", () => {
  const foreign = spoken(zh).filter(
    ([, text]) => LETTERS.test(text) && !CHINESE.test(text) && !ALIKE.includes(text),
  );
  expect(foreign).toEqual([]);
});

test("every sentence has a place for each of its values", () => {
  const broken = [...spoken(en), ...spoken(zh)].filter(([, text]) => /undefined|NaN|\[object/.test(text));
  expect(broken).toEqual([]);
});
