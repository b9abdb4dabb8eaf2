import { beforeAll, expect, it, vi } from "vitest";

// sentences need only the address and the language from a browser
beforeAll(() => {
  vi.stubGlobal("location", { search: "?lang=zh", pathname: "/" });
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("document", { documentElement: {} });
});

type Sentence = string | ((...values: never[]) => string);

/** Placeholders are replaced by a character of the language, so that punctuation beside them is checked too. */
function written(sentence: Sentence, value: string): string {
  return typeof sentence === "string"
    ? sentence
    : sentence(...(Array(sentence.length).fill(value) as never[]));
}

// ideographs, the full stop and the pause mark, quotation marks, and the full-width , : ; ? ! ( )
const CHINESE =
  "\\u3400-\\u9fff\\u3001\\u3002\\u201c\\u201d\\uff0c\\uff1a\\uff1b\\uff1f\\uff01\\uff08\\uff09";
const HALF_WIDTH = new RegExp(`[${CHINESE}] ?[,:;?!()]|[,:;?!()] ?[${CHINESE}]`, "u");
// formulas keep mathematical notation: log(y), softmax(xw + b), and this whole one
const FUNCTION = /\w+\([\w\s.+]*\)/g;
const FORMULA = "learn.one-hot.as-number.formula";

it("no Chinese sentence has a mark of half width beside a Chinese character", async () => {
  const sentences = Object.entries((await import("./zh")).zh as Record<string, Sentence>);
  const wrong = sentences
    .map(([key, sentence]) => [key, written(sentence, "\u5b57")] as const)
    .filter(([key, text]) => key !== FORMULA && HALF_WIDTH.test(text.replaceAll(FUNCTION, "f")));
  expect(wrong).toEqual([]);
});

it("no English sentence has a mark of full width or a straight apostrophe", async () => {
  const sentences = Object.entries((await import("./en")).en as Record<string, Sentence>);
  const wrong = sentences
    .map(([key, sentence]) => [key, written(sentence, "x")] as const)
    .filter(([, text]) => /[\u3001\u3002\uff01-\uff5e']/u.test(text));
  expect(wrong).toEqual([]);
});
