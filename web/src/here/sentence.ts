/** The sentences of readings, in the page's language. */
import { language } from "../language";
import type { Sentence } from "../reading/report/result";
import { sayIn } from "../reading/report/say";

export function sentence(said: Sentence): string {
  return sayIn(language.value, said);
}
