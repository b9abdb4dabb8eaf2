/** A link to the film, with the digit that is looked at. */
import type { ComponentChildren } from "preact";
import { chosenInAddress } from "../learn/digit/digit";
import { ViewLink } from "../shell/view-link";
import type { StopName } from "./story";

/** @param stop where the film shall stand; else it plays from its beginning */
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
