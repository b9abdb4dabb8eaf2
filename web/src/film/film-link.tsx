/** A link to the film of the current digit. */
import type { ComponentChildren } from "preact";
import { chosenInAddress } from "../learn/digit/digit";
import { ViewLink } from "../shell/view-link";
import type { StopName } from "./story";

/** @param stop where the film stands; otherwise it plays from the beginning */
export function FilmLink({
  stop,
  children,
  ...rest
}: {
  stop?: StopName;
  class?: string;
  children: ComponentChildren;
}) {
  const parameters = { ...chosenInAddress.value, ...(stop && { stop }) };
  return (
    <ViewLink view="film" parameters={parameters} {...rest}>
      {children}
    </ViewLink>
  );
}
