/** The sentences of readings, which are the same in Python and here: from the project's catalogues. */
import { catalogues } from "virtual:catalogues";
import type { Sentence } from "./result";

export type Language = keyof typeof catalogues;

/** Say it in a language. */
export function sayIn(language: Language, [key, values]: Sentence): string {
  const forms = catalogues[language][key] ?? [key];
  // English has a form for one and a form for more; Chinese has one
  const form = forms[values.n === 1 ? 0 : forms.length - 1] ?? key;
  return form.replaceAll(/\{(\w+)(:,)?\}/g, (whole, name: string, isGrouped?: string) => {
    const value = values[name] ?? whole;
    return isGrouped ? value.toLocaleString("en") : String(value);
  });
}
