/** Candidates and recognised lines become a reading: by the lines, or by the candidates alone. */
import type { Candidates } from "../find/candidates";
import type { Automaton } from "../patterns/automaton";
import { follow } from "../patterns/fitting";
import { type Reading, unread, withLines } from "../report/result";
import { textOfCandidates } from "./candidate-text";
import type { LineScale, Scale } from "./confidence";
import { doubtUnseen, doubtWideGap } from "./doubts";
import { rejectLines, textOfLines } from "./line-text";
import { outcomesOf } from "./outcome";
import { decidePage, type PageScale } from "./page-text";

/** Make a reading of everything that was found in a picture. */
export function decide(
  seen: Candidates,
  scale: Scale,
  lineScale: LineScale,
  pageScale: PageScale,
  pattern: Automaton | null = null,
): Reading {
  if (seen.tooMuch) return unread(seen.tooMuch);
  if (seen.page.length) return decidePage(seen, pageScale, lineScale, pattern);
  const outcomes = outcomesOf(seen, lineScale.weights);
  const reading =
    textOfLines(seen, outcomes, lineScale) ?? rejectLines(textOfCandidates(seen, scale), seen, outcomes);
  const whole = doubtWideGap(pattern ? follow(reading, seen, pattern, lineScale) : reading, pattern);
  return withLines(doubtUnseen(whole, seen, scale));
}
