import { expect, test } from "vitest";
import type { Shown } from "./digits";
import { asCsv, asJson } from "./rows";

const shown = (text: string, changes: Partial<Shown> = {}): Shown => ({
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

test("a row is quoted as RFC 4180 says, and no text becomes a formula", () => {
  const rows = asCsv([
    { source: 'a, "b".png', shown: shown("1\n2") },
    { source: "=HYPERLINK(1).png", shown: shown("-1-2") },
    { source: "a;=1+1;b.png", shown: shown("3") },
    { source: "d.pdf", error: "=No, it is damaged." },
    { source: "c\u202egnp.exe", shown: shown("-3.5", { isCorrected: true }) },
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

test("a picture that failed says why", () => {
  const failed = { source: "d.pdf", error: "It is damaged." };
  expect(JSON.parse(asJson([failed])).readings).toEqual([failed]);
});

test("what a person said has no probability", () => {
  const glyph = { line: 0, box: { x: 1.2, y: 2, width: 10, height: 20 }, read: null, isMine: true };
  const glyphs = [
    { ...glyph, character: "7" },
    { ...glyph, character: "." },
  ];
  const [row] = JSON.parse(
    asJson([{ source: "", shown: shown("7.", { glyphs, isCorrected: true }) }]),
  ).readings;
  expect(row).toMatchObject({
    confidence: null,
    corrected: true,
    digits: [{ digit: 7, probability: null, corrected: true, box: [1, 2, 10, 20] }],
    marks: [{ mark: ".", probability: null, corrected: true }],
  });
});

test("what else may stand there goes out as the service says it", () => {
  const box: [number, number, number, number] = [1, 2, 10, 20];
  const mark = { mark: "." as const, probability: 0.6, box, alternatives: [{ text: ",", probability: 0.3 }] };
  const probabilities = [0, 0.1, 0, 0, 0, 0, 0, 0.9, 0, 0];
  const digit = {
    digit: 7,
    probability: 0.5,
    confidence: 0.5,
    probabilities,
    box,
    status: "unsure" as const,
  };
  const glyph = { line: 0, box: { x: 1, y: 2, width: 10, height: 20 }, isMine: false };
  const glyphs = [
    { ...glyph, character: "7", read: digit },
    { ...glyph, character: ".", read: mark },
  ];
  const [row] = JSON.parse(asJson([{ source: "", shown: shown("7.", { glyphs }) }])).readings;
  const { confidence: _oldName, ...now } = digit;
  expect(row.digits).toEqual([{ ...now, corrected: false }]);
  expect(row.marks).toEqual([{ ...mark, corrected: false }]);
});
