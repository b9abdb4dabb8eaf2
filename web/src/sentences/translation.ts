/** The same keys as another language's sentences, taking the same values. */
export type Translation<Sentences> = {
  [Key in keyof Sentences]: Sentences[Key] extends (...values: infer Values) => string
    ? (...values: Values) => string
    : string;
};
