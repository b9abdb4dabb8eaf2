import { forms } from "./en/forms";
import { here } from "./en/here";
import { learn } from "./en/learn";
import { models } from "./en/models";
import { shell } from "./en/shell";
import { write } from "./en/write";

export const en = { ...shell, ...write, ...here, ...learn, ...models, ...forms };
