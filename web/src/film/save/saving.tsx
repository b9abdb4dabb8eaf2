/** Saves the film: as a video, an animated picture, or a poster. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { percent } from "../../learn/format";
import { type PlainKey, say } from "../../sentences/say";
import { Button } from "../../shared/button";
import { saveFile } from "../../shared/files/take";
import { Icon } from "../../shared/icons";
import { lookOf } from "../draw/canvas";
import type { Film } from "../draw/frame";
import type { Player } from "../player";
import { animation } from "./animation";
import { posterOf, type Told } from "./poster";
import type { Reel } from "./still";
import { video, videoType } from "./video";

const NAME = "shuzi-film";

type Making = (reel: Reel, tell: (done: number) => void, stop: AbortSignal) => Promise<Blob>;

export function Saving({ film, player, ...told }: Told & { film: Film; player: Player }) {
  const details = useRef<HTMLDetailsElement>(null);
  const making = useSignal<{ key: "film.saving" | "film.drawing"; done: number } | null>(null);
  const said = useSignal<PlainKey | null>(null);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);

  const make = async (key: "film.saving" | "film.drawing", how: Making, ending: string) => {
    if (!details.current || making.peek()) return;
    player.pause();
    const look = lookOf(details.current);
    const abort = new AbortController();
    stop.current = abort;
    said.value = null;
    making.value = { key, done: 0 };
    try {
      const tell = (done: number) => {
        if (done - (making.peek()?.done ?? 0) >= 0.01) making.value = { key, done };
      };
      saveFile(await how({ film, captions: told.captions, look }, tell, abort.signal), `${NAME}.${ending}`);
      said.value = "film.saved";
    } catch {
      said.value = abort.signal.aborted ? null : "film.save.failed";
    } finally {
      making.value = null;
    }
  };
  const savePoster = () => {
    if (!details.current) return;
    const svg = posterOf(film, told, lookOf(details.current));
    saveFile(new Blob([svg], { type: "image/svg+xml" }), `${NAME}.svg`);
    said.value = "film.saved";
  };
  return (
    <details class="save film-save" ref={details}>
      <summary class="button">
        <Icon name="save" />
        {say("film.save")}
      </summary>
      <div class="buttons">
        {making.value ? (
          <>
            <span class="small numbers">{say(making.value.key, percent(making.value.done, 0))}</span>
            <Button label={say("film.stop")} onClick={() => stop.current?.abort()} />
          </>
        ) : (
          <>
            {videoType() && (
              <Button label={say("film.save.video")} onClick={() => void make("film.saving", video, "mp4")} />
            )}
            <Button
              label={say("film.save.animation")}
              onClick={() => void make("film.drawing", animation, "gif")}
            />
            <Button label={say("film.save.poster")} onClick={savePoster} />
          </>
        )}
        <span class="small quiet" role="status">
          {said.value && say(said.value)}
        </span>
      </div>
    </details>
  );
}
