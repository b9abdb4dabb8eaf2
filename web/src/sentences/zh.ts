import { forms } from "./zh/forms";
import { learn } from "./zh/learn";
import { models } from "./zh/models";
import { page } from "./zh/page";
import { play } from "./zh/play";
import { write } from "./zh/write";

export const zh = { ...forms, ...learn, ...models, ...page, ...play, ...write };
