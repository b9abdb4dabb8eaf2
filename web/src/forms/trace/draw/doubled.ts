/** A drawn field that lies on another one: what is written there would be read twice. */
import type { Box } from "./rectangle";

const MOST = 0.2; // of the smaller of two boxes that both may cover: near enough is not twice

interface Placed {
  at: readonly Box[];
  isLeftOut: boolean;
  drawn?: { isChecked: boolean };
}

/** Two numbers of fields, from 0. */
export interface Doubled {
  drawn: number;
  covered: number;
}

/** The first drawn field that lies on another one, where the service has said where it is; null if none does. */
export function doubledOf(fields: readonly Placed[]): Doubled | null {
  const used = fields.flatMap((field, index) => (field.isLeftOut ? [] : [{ field, index }]));
  for (const { field, index } of used) {
    if (!field.drawn?.isChecked) continue;
    const covered = used.find((candidate) => candidate.index !== index && isOn(field.at, candidate.field.at));
    if (covered) return { drawn: index, covered: covered.index };
  }
  return null;
}

function isOn(boxes: readonly Box[], others: readonly Box[]): boolean {
  return boxes.some((box) => others.some((covered) => shared(box, covered) > MOST));
}

function shared([x, y, wide, high]: Box, [u, v, width, height]: Box): number {
  const across = Math.min(x + wide, u + width) - Math.max(x, u);
  const down = Math.min(y + high, v + height) - Math.max(y, v);
  return (Math.max(across, 0) * Math.max(down, 0)) / Math.min(wide * high, width * height);
}
