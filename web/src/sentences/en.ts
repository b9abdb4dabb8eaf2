import { forms } from "./en/forms";
import { learn } from "./en/learn";
import { models } from "./en/models";
import { page } from "./en/page";
import { play } from "./en/play";
import { write } from "./en/write";

export const en = { ...forms, ...learn, ...models, ...page, ...play, ...write };
