/** The confidence of a reading or the probability of a digit: an icon, a word and a percentage. */
import type { Status } from "../readings";
import { say } from "../sentences/say";
import { Icon } from "../shared/icons";
import { inPercent } from "../shared/percent";

const ROUNDING = 1e-9; // 0.29 is 28.999999999999996 hundredths

/** Whole percent, rounded down: 0.9996 is 99 %. */
export function percent(share: number): string {
  return inPercent(wholePercent(share));
}

export function wholePercent(share: number): string {
  return String(Math.floor(100 * share + ROUNDING));
}

interface Properties {
  status: Status;
  /** How probable it is, in words. */
  sure: string;
  /** Instead of the name of the status. */
  label?: string | undefined;
}

export function Verdict({ status, sure, label }: Properties) {
  return (
    <p class="verdict" data-status={status}>
      <Icon name={status} />
      <strong>{label ?? say(`write.status.${status}`)}</strong>
      {(status === "ok" || status === "unsure") && <span class="numbers quiet">{sure}</span>}
    </p>
  );
}
