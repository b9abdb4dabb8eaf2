/** A sentence that stays as it was said, whatever language is chosen later: what the service said, for instance. */
import { language, languageTag } from "../language";

export interface Said {
  text: string;
  /** Its language, as a `lang` tag. */
  lang: string;
}

export function said(text: string): Said {
  return { text, lang: languageTag(language.peek()) };
}
