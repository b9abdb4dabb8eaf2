import { forms } from "./zh/forms";
import { here } from "./zh/here";
import { learn } from "./zh/learn";
import { models } from "./zh/models";
import { shell } from "./zh/shell";
import { write } from "./zh/write";

export const zh = { ...shell, ...write, ...here, ...learn, ...models, ...forms };
