import type { learn as english } from "../en/learn";
import type { Translation } from "../translation";

export const learn: Translation<typeof english> = {
  "learn.title": "learn",
};
