import { expect, test } from "vitest";
import { readCatalogue } from "../build/catalogue";

test("a catalogue's sentences come with all their forms, and lines are joined", () => {
  const catalogue = readCatalogue(`
msgid ""
msgstr ""
"Language: en\\n"

# a comment
msgid "reading.small"
msgid_plural "reading.small"
msgstr[0] "{n} pixel"
msgstr[1] ""
"{n} "
"pixels"

msgid "reading.ok"
msgstr "He said \\"yes\\"."
`);
  expect(catalogue.get("reading.small")).toEqual(["{n} pixel", "{n} pixels"]);
  expect(catalogue.get("reading.ok")).toEqual(['He said "yes".']);
});
