/** The selected picture in place of the canvas, with boxes, and a list if there are several. */
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { say } from "../../sentences/say";
import { Button, Icon } from "../../shared/controls";
import { asShown, useSize } from "../../shared/hooks";
import { contain, placeRect, type Size } from "../geometry";
import type { Entry, Picture } from "../state/pictures";
import {
  goToNextDoubt,
  type Listed,
  listed,
  pictures,
  reading,
  readOf,
  shownEntry,
  toCheck,
} from "../state/state";
import { Boxes } from "./boxes";

export function PictureStage({ entry: { picture } }: { entry: Entry }) {
  const frame = useRef<HTMLDivElement>(null);
  const size = useSize(frame);
  const shown = useSignal<Size | null>(null);
  const isShowable = picture.isShowable.value;
  // if the browser cannot show it, the size is known once the service has explained it
  const [width, height] = reading.value?.size ?? [];
  const pixels = width && height ? { width, height } : shown.value;
  const measured = size.value;
  const placement = measured && pixels && contain({ x: 0, y: 0, ...pixels }, measured);
  return (
    <div
      class="sheet picture"
      ref={frame}
      style={{
        ...asShown(measured),
        ...(pixels ? { aspectRatio: `${pixels.width} / ${pixels.height}` } : {}),
      }}
    >
      {isShowable ? (
        <img
          src={picture.url}
          alt={picture.file.name}
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => {
            shown.value = { width: naturalWidth, height: naturalHeight };
          }}
          onError={() => {
            picture.isShowable.value = false;
          }}
        />
      ) : (
        reading.value && <p class="hint quiet">{say("write.unshowable")}</p>
      )}
      {measured && placement && <Boxes size={measured} at={(box) => placeRect(box, placement)} clickable />}
    </div>
  );
}

export function PictureList() {
  const entries = listed.value;
  if (entries.length < 2) return null;
  return (
    <div class="pictures">
      <Count all={entries.length} left={toCheck.value.length} />
      <Entries entries={entries} />
    </div>
  );
}

/** How many there are, how many are to be checked, and the way to the next of these. */
function Count({ all, left }: { all: number; left: number }) {
  return (
    <div class="picture-count">
      <p data-testid="to-check">
        {say("write.pictures.count", all)}
        <strong>
          {left > 0 ? say("write.pictures.to_check", left) : say("write.pictures.none_to_check")}
        </strong>
      </p>
      {left > 0 && (
        <Button aria-keyshortcuts="N" onClick={goToNextDoubt}>
          {say("write.pictures.next")} <kbd>N</kbd>
        </Button>
      )}
    </div>
  );
}

function Entries({ entries }: { entries: readonly Listed[] }) {
  return (
    <ul class="picture-list" aria-label={say("write.pictures")}>
      {entries.map(({ entry, index }) => (
        <li key={`${entry.picture.id}.${entry.page}`}>
          <button
            type="button"
            aria-pressed={pictures.chosen.value === entry}
            onClick={() => pictures.choose(index)}
          >
            <Thumbnail picture={entry.picture} />
            <span class="picture-name">
              {entry.picture.file.name}
              {entry.page > 0 && ` · ${entry.page + 1}`}
            </span>
            <ListedReading entry={entry} />
          </button>
        </li>
      ))}
    </ul>
  );
}

function Thumbnail({ picture: { url, isShowable } }: { picture: Picture }) {
  if (!isShowable.value) {
    return (
      <span class="thumbnail">
        <Icon name="picture" />
      </span>
    );
  }
  return (
    <img
      class="thumbnail"
      src={url}
      alt=""
      onError={() => {
        isShowable.value = false;
      }}
    />
  );
}

function ListedReading({ entry }: { entry: Entry }) {
  const { picture } = entry;
  const answer = readOf(entry);
  const shown = shownEntry(entry);
  const error =
    picture.question.trouble.value?.sentence ?? (answer && "error" in answer ? answer.error : null);
  if (error) return <span class="small listed-trouble">{error}</span>;
  if (!shown) return <span class="quiet">…</span>;
  return (
    <span class="listed" data-status={shown.status}>
      <span class="numbers listed-text">
        {shown.text.replaceAll("\n", " / ") || say("write.status.blank")}
      </span>
      <Icon name={shown.status} />
      <span class="for-screen-readers">{say(`write.status.${shown.status}`)}</span>
    </span>
  );
}
