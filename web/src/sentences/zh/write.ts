import type { write as english } from "../en/write";
import type { Translation } from "../translation";

export const write: Translation<typeof english> = {
  "write.title": "write",
};
