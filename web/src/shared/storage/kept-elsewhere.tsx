/** Says that more is stored than this tab shows, left by tabs that were closed; a new tab goes on with it. */
import { say } from "../../sentences/say";

interface Properties {
  /** How many others are stored that no open tab has. */
  count: number;
  text: (count: number) => string;
}

export function KeptElsewhere({ count, text }: Properties) {
  if (count === 0) return null;
  return (
    <p class="small quiet">
      {text(count)} {/* without an opener, which would hand its own record on */}
      <a href={location.search || "?"} target="_blank" rel="noopener">
        {say("shell.kept_elsewhere.open")}
      </a>
    </p>
  );
}
