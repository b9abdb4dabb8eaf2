/** Report which other readings changed because a digit was kept, and undo that. */
import { say } from "../../sentences/say";
import { Button } from "../../shared/button";
import { accept, type Changed, cause, changes, takeBack } from "./changed";

const MOST = 5; // of many pictures

export function ChangedNotice() {
  const [digit, all] = [cause.value, changes.value];
  if (!digit || all.length === 0) return null;
  const shown = all.slice(0, MOST).map(written);
  if (all.length > MOST) shown.push(say("write.changed.more", all.length - MOST));
  return (
    <div class="notice changed" role="status">
      <p>{say("write.changed", digit.label, shown.join(say("write.changed.comma")))}</p>
      <div class="buttons">
        <Button label={say("write.changed.undo")} onClick={() => void takeBack()} />
        <Button look="plain" label={say("write.changed.fine")} onClick={accept} />
      </div>
    </div>
  );
}

function written({ name, position, before, now }: Changed): string {
  const [was, is] = [before, now].map((text) => text.replaceAll("\n", " / ") || say("write.none"));
  if (position !== null) return say("write.changed.character", position, was ?? "", is ?? "");
  return name === ""
    ? say("write.changed.sheet", was ?? "", is ?? "")
    : say("write.changed.picture", name, was ?? "", is ?? "");
}
