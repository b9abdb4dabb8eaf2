import { duel } from "./zh/duel";
import { film } from "./zh/film";
import { forms } from "./zh/forms";
import { hand } from "./zh/hand";
import { here } from "./zh/here";
import { learn } from "./zh/learn/learn";
import { models } from "./zh/models";
import { paper } from "./zh/paper";
import { shell } from "./zh/shell";
import { stages } from "./zh/stages";
import { write } from "./zh/write";

export const zh = {
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
