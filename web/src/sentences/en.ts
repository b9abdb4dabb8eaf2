import { duel } from "./en/duel";
import { film } from "./en/film";
import { forms } from "./en/forms";
import { hand } from "./en/hand";
import { here } from "./en/here";
import { learn } from "./en/learn/learn";
import { models } from "./en/models";
import { paper } from "./en/paper";
import { shell } from "./en/shell";
import { stages } from "./en/stages";
import { write } from "./en/write";

export const en = {
  ...shell,
  ...write,
  ...stages,
  ...hand,
  ...here,
  ...learn,
  ...models,
  ...paper,
  ...forms,
  ...film,
  ...duel,
};
