/** Where the line detector sees no writing there is none; see `shuzi.reading.decide.doubts.unseen`. */
import { LARGEST_ON_PAGE, NO_WRITING } from "../../../generated/reading/find";
import { type Candidates, isAtEdge } from "../../find/candidates";
import { OF_PICTURES } from "../../report/advice";
import type { Reading, Sentence } from "../../report/result";
import type { Scale } from "../candidate-confidence";

const NOTHING = { text: "", digits: [], marks: [], ignored: [], alternatives: [] };

/** Make a reading blank or unsure if no line of writing was found. */
export function doubtUnseen(reading: Reading, seen: Candidates, scale: Scale): Reading {
  if (seen.lineScore === null || reading.status === "blank") return reading;
  const isBad = OF_PICTURES.includes(reading.advice[0]) && reading.advice[0] !== "reading.edge";
  if (seen.lineScore < NO_WRITING && !isBad) {
    const ofDigits = { digitsStatus: "blank", digitsConfidence: scale.blank } as const;
    const advice: Sentence = ["reading.blank", {}];
    return { ...reading, ...NOTHING, status: "blank", confidence: scale.blank, ...ofDigits, advice };
  }
  if (reading.status === "unsure") return reading;
  const lowest = LARGEST_ON_PAGE * seen.grey.height;
  const areLarge = seen.candidates.every(({ box }) => box.height >= lowest && !isAtEdge(seen, box));
  if (reading.status === "ok" && areLarge) return reading;
  const left = reading.status === "not-a-digit" ? NOTHING : {};
  const isCut = seen.candidates.some(({ box }) => isAtEdge(seen, box));
  const told: Sentence = [isCut ? "reading.edge" : "reading.no_line", {}];
  const advice = OF_PICTURES.includes(reading.advice[0]) ? reading.advice : told;
  return { ...reading, ...left, status: "unsure", digitsStatus: "unsure", advice };
}
