/** A sheet of scores that is filled in and photographed already: the whole way to a table, before any paper is printed. */
import { ApiError } from "../../api";
import { type Language, language } from "../../language";
import { said } from "../../sentences/said";
import { say } from "../../sentences/say";
import { addPhotographs, photographs } from "../photographs/photographs";
import { read, trouble } from "./reading";
import { OWN, ownFiles, sheets } from "./sheets";

let spec: File | null = null;

/** Whether it can be read without taking the place of what a person chose. */
export function isSampleOffered(): boolean {
  const own = ownFiles.value.spec;
  return photographs.value.length === 0 && (!own || own === spec);
}

/** The address of its photograph. */
export function pictureOf(spoken: Language): string {
  return `samples/scores.${spoken}.webp`;
}

/** Put the sample where one's own photograph and spec would be, and have it read. */
export async function readSample(): Promise<void> {
  const name = `scores.${language.peek()}`;
  try {
    const [text, photograph] = await Promise.all([fileAt(`${name}.toml`), fileAt(`${name}.webp`)]);
    if (!isSampleOffered()) return; // a photograph was chosen meanwhile
    spec = text;
    ownFiles.value = { spec };
    sheets.set(OWN);
    addPhotographs([photograph]);
    await read();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    trouble.value = said(error.sentence);
  }
}

async function fileAt(name: string): Promise<File> {
  const response = await fetch(`samples/${name}`).catch(() => null);
  if (!response?.ok) throw new ApiError(0, "", say("paper.missing"));
  return new File([await response.blob()], name);
}
