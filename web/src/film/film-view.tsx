/** The film of the user's digit: a picture, a sentence, and the position in the film. */

import { type ReadonlySignal, useSignalEffect } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { change, numberIn, oneOf, parameter } from "../address";
import { DIGITS } from "../generated/tasks";
import { chosenDigit, chosenInAddress, hasMine, readAs, shownDigit } from "../learn/digit/digit";
import { DigitButtons } from "../learn/digit/digit-choice";
import { fixed } from "../learn/format";
import type { Graph } from "../runtime/graph";
import { say } from "../sentences/say";
import { Button, Choices } from "../shared/controls";
import { asShown, fitted, usePromised, useSize } from "../shared/hooks";
import { shownTheme } from "../shell/theme";
import { ViewLink } from "../shell/view-link";
import { actOf, captionsOf } from "./captions";
import { lookOf, paint } from "./draw/canvas";
import { type Film, filmOf } from "./draw/frame";
import { filmGraph } from "./network";
import { type Player, usePlayer } from "./player";
import { posterOf, Saving } from "./saving";
import { LENGTH, restOf, STOPS, stopAt } from "./story";
import { type Take, takeOf } from "./take";
import "./film.css";

const AS_FOUND = -1;

/** The stop at which the film stands, for links. */
const stopNamed = parameter<string>("stop", "", oneOf(STOPS.map(({ name }) => name)));
/** The expected digit. */
const meant = parameter("meant", AS_FOUND, numberIn(0, 9));

export function FilmView() {
  const graph = usePromised(filmGraph, "");
  return (
    <article class="view film">
      <header>
        <h1>{say("film.title")}</h1>
      </header>
      {graph === "missing" ? (
        <p class="notice">{say("film.missing")}</p>
      ) : graph ? (
        <FilmOfDigit graph={graph} />
      ) : (
        <p class="quiet">{say("film.loading")}</p>
      )}
      <p class="small quiet film-about">
        {say("film.lead")}{" "}
        <ViewLink view="duel" class="film-duel">
          {say("view.duel")}
        </ViewLink>
      </p>
    </article>
  );
}

function FilmOfDigit({ graph }: { graph: Graph }) {
  const shown = shownDigit.value;
  const isMine = chosenDigit.value === "mine";
  const truth = shown?.label ?? readAs.value;
  const label = meant.value === AS_FOUND ? null : Math.round(meant.value);
  const key = shown ? `${shown.image.join()} ${truth} ${label}` : "";
  const take = useMemo(() => (shown ? takeOf(graph, shown.image, truth, label) : null), [graph, key]);
  const film = useMemo(() => take && filmOf(take), [take]);
  const opened = STOPS.findIndex(({ name }) => name === stopNamed.value);
  const player = usePlayer(opened < 0 ? null : opened);
  useKeys(player);
  if (!take || !film) return <p class="quiet">{say("film.loading")}</p>;
  const captions = captionsOf(take, isMine);
  return (
    <>
      <Screen film={film} time={player.time} captions={captions} title={say("film.poster", take.answer)} />
      <Caption player={player} captions={captions} take={take} />
      <Controls player={player} captions={captions}>
        <Saving film={film} captions={captions} title={say("film.poster", take.answer)} player={player} />
      </Controls>
      <Stops player={player} />
      <details class="film-change">
        <summary>{say("film.change")}</summary>
        <DigitButtons before={() => change({ meant: null })} />
        <Choices
          name="meant"
          label={say("film.meant")}
          values={[...DIGITS]}
          knob={{ value: String(take.label), set: (digit) => meant.set(Number(digit)) }}
        />
        <ViewLink view="write" class="small">
          {say(hasMine.value ? "learn.digit.write_another" : "learn.digit.write")}
        </ViewLink>
      </details>
    </>
  );
}

interface Shown {
  player: Player;
  captions: readonly string[];
}

/** The sentences of the act and of the stop, and the step of Learn that explains it, with the same digit. */
function Caption({ player, captions, take }: Shown & { take: Take }) {
  const index = stopAt(player.time.value);
  const step = STOPS[index]?.step ?? "pixels";
  return (
    <div class="film-caption">
      <h2>{actOf(index, take)}</h2>
      <p role="status" aria-live="polite" data-stop={STOPS[index]?.name}>
        {captions[index]}
      </p>
      <ViewLink view="learn" parameters={{ step, ...chosenInAddress.value }}>
        {say("film.step", say(`learn.${step}`))}
      </ViewLink>
    </div>
  );
}

function Controls({ player, captions, children }: Shown & { children: preact.ComponentChildren }) {
  const { time, isPlaying } = player;
  const now = time.value;
  const seconds = fixed(now, 1);
  return (
    <div class="film-controls">
      <Button
        icon={isPlaying.value ? "pause" : "play"}
        label={say(isPlaying.value ? "film.pause" : "film.play")}
        look="primary film-play"
        onClick={player.toggle}
        aria-keyshortcuts="Space"
      />
      <input
        type="range"
        class="range film-scrub"
        min={0}
        max={LENGTH}
        step={0.05}
        value={now}
        aria-label={say("film.scrub")}
        aria-valuetext={say("film.at", seconds, captions[stopAt(now)] ?? "")}
        style={{ "--from": -1, "--to": now / LENGTH }}
        onInput={({ currentTarget }) => {
          player.pause();
          player.seek(currentTarget.valueAsNumber);
        }}
      />
      <span class="numbers small quiet" aria-hidden="true">
        {seconds} / {fixed(LENGTH, 1)}
      </span>
      {children}
    </div>
  );
}

function Stops({ player }: { player: Player }) {
  const now = stopAt(player.time.value);
  return (
    <nav aria-label={say("film.stops")}>
      <ol class="film-stops">
        {STOPS.map(({ name }, index) => (
          <li key={name}>
            <button
              type="button"
              aria-current={index === now ? "step" : undefined}
              onClick={() => {
                player.pause();
                player.seek(restOf(index));
                stopNamed.set(name);
              }}
            >
              {say(`film.stop.${name}`)}
            </button>
          </li>
        ))}
      </ol>
      <p class="small quiet film-keys">{say("film.keys")}</p>
    </nav>
  );
}

/** Space, arrows, Home and End, unless a control uses them; the scrub bar goes by stops too. */
function useKeys(player: Player): void {
  // before the film is seen, or the first key would be lost on a busy machine
  useLayoutEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || event.shiftKey) return;
      const onto = event.target instanceof Element ? event.target : null;
      const isScrub = onto?.matches(".film-scrub") ?? false;
      if (onto?.closest("input, select, textarea, summary, dialog") && !isScrub) return;
      if (event.key === " " && onto?.closest("button, a")) return;
      const act = KEYS[event.key];
      if (!act) return;
      event.preventDefault();
      act(player);
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [player]);
}

const KEYS: Record<string, (player: Player) => void> = {
  " ": (player) => player.toggle(),
  ArrowRight: (player) => player.turn(1),
  ArrowLeft: (player) => player.turn(-1),
  Home: (player) => player.seek(0),
  End: (player) => {
    player.pause();
    player.seek(LENGTH);
  },
};

interface Properties {
  film: Film;
  time: ReadonlySignal<number>;
  captions: readonly string[];
  title: string;
}

/** The picture of a film at its time; on paper, the poster. */
function Screen({ film, time, captions, title }: Properties) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const paper = useRef<HTMLDivElement>(null);
  const size = useSize(frame);
  const held = useRef(film);
  held.current = film;
  const draw = () => {
    const context = fitted(canvas.current, size.peek());
    if (!context) return;
    const { width, height } = context.canvas;
    paint(context, held.current(time.peek()), { x: 0, y: 0, width, height }, lookOf(context.canvas));
  };
  useSignalEffect(() => {
    void [size.value, time.value, shownTheme.value];
    draw();
  });
  useEffect(draw, [film]);
  useEffect(() => {
    const print = () => {
      if (paper.current && canvas.current)
        paper.current.replaceChildren(posterOf(film, { captions, title }, lookOf(canvas.current)));
    };
    addEventListener("beforeprint", print);
    return () => removeEventListener("beforeprint", print);
  }, [film, captions, title]);
  return (
    <>
      <div class="film-screen" ref={frame} style={asShown(size.value)}>
        <canvas
          class="cover"
          ref={canvas}
          role="img"
          aria-label={say("film.picture", captions[stopAt(time.value)] ?? "")}
        />
      </div>
      <div class="film-paper" ref={paper} />
    </>
  );
}
