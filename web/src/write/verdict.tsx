/** How sure a reading or a digit is: a sign, a word and a percentage in words. */
import type { Status } from "../readings";
import { say } from "../sentences/say";
import { Icon } from "../shared/icons";
import { inPercent } from "../shared/percent";

/** Whole percent, and never more than it is: 0.9996 is 99 %. */
export function percent(share: number): string {
  return inPercent(String(Math.floor(100 * share)));
}

export function Verdict({ status, sure }: { status: Status; sure: string }) {
  return (
    <p class="verdict" data-status={status}>
      <Icon name={status} />
      <strong>{say(`write.status.${status}`)}</strong>
      {(status === "ok" || status === "unsure") && <span class="numbers quiet">{sure}</span>}
    </p>
  );
}
