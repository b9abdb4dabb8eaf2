import { expect, test, vi } from "vitest";
import { sentence } from "../here/read";
import type { Sentence } from "../reading/report/result";
import type { Digit, Reading } from "../readings";
import { asCsv, type Shown, shownOf } from "./digits";
import { type Glyph, glyphsOf } from "./glyphs";
import { whyOf } from "./left-out";
import { type Patch, patchOf } from "./patches";

vi.hoisted(() => {
  const nothing = { getItem: () => null, setItem: () => {} };
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("document", { documentElement: {} });
  vi.stubGlobal("location", { search: "?lang=en", pathname: "/" });
  vi.stubGlobal("localStorage", nothing);
});

const digit = (value: number, x: number, status: Digit["status"] = "ok"): Digit => ({
  digit: value,
  probability: 0.9,
  probabilities: Array(10).fill(0.1),
  box: [x, 0, 20, 40],
  status,
});
const said = (...advice: Sentence): Reading => ({
  source: "",
  text: "8071",
  digits_text: "8071",
  status: "unsure",
  confidence: 0.9,
  digits_status: "unsure",
  digits_confidence: 0.9,
  lines: [],
  digits: [digit(8, 0), digit(0, 30, "unsure"), digit(7, 130), digit(1, 160)],
  marks: [],
  ignored: [],
  alternatives: [],
  message: sentence(advice),
});

/** The status once the characters at these indices were typed as they were read. */
function statusAfter(reading: Reading, ...indices: number[]): string {
  const glyphs = glyphsOf(reading);
  const patches = indices.map((index): Patch => {
    const { character, box } = glyphs[index] as Glyph;
    return patchOf(glyphs, [index], [{ character, box, seen: null, isMine: true }], null);
  });
  const onto = { x: 0, y: 0, scale: 1 };
  return shownOf(reading, { patches, onto, inkAt: () => [] } as Parameters<typeof shownOf>[1] & object)
    .status;
}

test.each<Sentence>([
  ["reading.struck", {}],
  ["reading.wide_gap", { first: "80", second: "71" }],
])("%s stays a doubt until a person said what every character is", (...advice) => {
  expect(statusAfter(said(...advice), 1)).toBe("unsure");
  expect(statusAfter(said(...advice), 0, 1, 2, 3)).toBe("ok");
});

test("a digit that was not sure leaves no doubt behind once it was corrected", () => {
  expect(statusAfter(said("reading.unsure", { place: 2, first: 0, second: 6 }), 1)).toBe("ok");
});

const shownText = (text: string, changes: Partial<Shown> = {}): Shown => ({
  source: "",
  text,
  digits_text: text.replaceAll(/[^\d\n]/g, ""),
  status: "ok",
  confidence: 0.9876,
  digits_status: "ok",
  digits_confidence: 0.99,
  lines: [],
  digits: [],
  marks: [],
  ignored: [],
  alternatives: [],
  message: "Read.",
  glyphs: [],
  isCorrected: false,
  ...changes,
});

test("a wheel between two digits is named where nothing is in doubt", () => {
  const message = sentence(["reading.display.between", { digit: "1", following: "2" }]);
  expect(whyOf(shownText("8071", { message }), "")).toContain("between 1 and 2");
  expect(whyOf(shownText("8071"), "")).not.toContain("Read.");
});

test("a row is quoted as RFC 4180 says, and no text becomes a formula", () => {
  const rows = asCsv([
    { source: 'a, "b".png', shown: shownText("1\n2") },
    { source: "=HYPERLINK(1).png", shown: shownText("-1-2") },
    { source: "a;=1+1;b.png", shown: shownText("3") },
    { source: "d.pdf", error: "=No, it is damaged." },
    { source: "c\u202egnp.exe", shown: shownText("-3.5", { isCorrected: true }) },
  ]).split("\r\n");
  expect(rows[0]).toBe(
    '"source","text","status","confidence","message","digits_text","digits_status","digits_confidence","corrected"',
  );
  expect(rows.slice(1)).toEqual([
    '"a, ""b"".png","1\n2","ok","0.9876","Read.","1\n2","ok","0.99","false"',
    `"'=HYPERLINK(1).png","'-1-2","ok","0.9876","Read.","12","ok","0.99","false"`,
    `"a;=1+1;b.png","3","ok","0.9876","Read.","3","ok","0.99","false"`,
    `"d.pdf","","error","","'=No, it is damaged.","","error","","false"`,
    '"c\\u202egnp.exe","-3.5","ok","","Read.","35","ok","","true"',
    "",
  ]);
});
