/** The confidence of a reading or the probability of a digit: an icon, a word and a percentage. */
import type { Status } from "../../readings";
import { say } from "../../sentences/say";
import { Icon, type IconName } from "../../shared/icons";

interface Properties {
  status: Status;
  /** How probable it is, in words; without it, it is not said. */
  sure?: string | undefined;
  /** Instead of the name of the status. */
  label?: string | undefined;
  /** Instead of the status's. */
  icon?: IconName | undefined;
}

export function Verdict({ status, sure, label, icon = status }: Properties) {
  return (
    <p class="verdict" data-status={status}>
      <Icon name={icon} />
      <strong>{label ?? say(`write.status.${status}`)}</strong>
      {sure && (status === "ok" || status === "unsure") && <span class="numbers quiet">{sure}</span>}
    </p>
  );
}
