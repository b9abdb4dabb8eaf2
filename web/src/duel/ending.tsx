/** The network is fooled: the stars, the card to send on, the link that challenges others, and the reason. */
import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { addressOf } from "../address";
import { lookOf } from "../film/draw/canvas";
import { outcomeOf, useAnswers } from "../learn/answers";
import { inkWritten } from "../learn/digit/ink";
import { fixed } from "../learn/format";
import { versionOf } from "../learn/train/kept-networks";
import { modelName, ownModels } from "../models/own-networks";
import { publicAddress } from "../project";
import { say } from "../sentences/say";
import { Button } from "../shared/controls";
import { copyText, saveFile } from "../shared/files";
import { percent } from "../shared/percent";
import { remember, remembered } from "../shared/storage/database";
import { ViewLink } from "../shell/view-link";
import { backOf, cardOf } from "./card";
import { inkBetween, type Opponent } from "./game";

const LONGEST = 24; // characters of a player's name
const PLAYER = "player";

/** A player's name as a card and an address may have it. */
export function nameIn(text: string): string {
  return Array.from(text.replace(/[\p{C}\s]+/gu, " ").trim())
    .slice(0, LONGEST)
    .join("");
}

interface Properties {
  start: Uint8Array;
  now: Uint8Array;
  /** What the network saw in the beginning. */
  first: number;
  target: number;
  opponent: Opponent;
  name: string;
}

export function Ending(played: Properties) {
  const { start, now, first, target, opponent, name } = played;
  const ink = fixed(inkBetween(start, now), 1);
  const title = say("duel.card.title", first, target);
  const player = useSignal(nameIn(remembered(PLAYER) ?? ""));
  const copied = useSignal<boolean | null>(null);
  const [card, drawn] = [useRef<HTMLElement>(null), useSignal<{ picture: Blob; shows: string } | null>(null)];
  const isTurned = useSignal(false);
  const machine = useMemo(() => opponent.fool(start, target), [opponent, start, target]);
  const link = linkOf(played, inkBetween(start, now), player.value);
  const shows = `${link} ${player.value} ${ink} ${isTurned.value}`;
  useEffect(() => {
    let isLate = false;
    const judged = [start, now].map((picture) => opponent.judge(picture, target));
    const gaps = judged.map(({ scores }) => fixed((scores[target] ?? 0) - (scores[first] ?? 0), 2));
    const told = {
      title,
      ...(isTurned.value
        ? {
            lines: [
              say("duel.card.scores", target, first, gaps[0] ?? "", gaps[1] ?? ""),
              say("duel.card.pulls", target),
            ],
            pulls: judged.map(({ pull }) => pull),
          }
        : {
            lines: [
              say("duel.card.mine", player.value || say("duel.card.me"), ink),
              machine ? say("duel.card.machine", fixed(inkBetween(start, machine), 1)) : "",
            ],
          }),
      question: say("duel.card.question"),
      about: say(publicAddress() ? "duel.card.about" : "duel.card.nowhere"),
      address: publicAddress(),
      link: publicAddress() ? link : new URL(link).search,
    };
    const look = card.current && lookOf(card.current);
    const hasFilm = isTurned.value && name === "tiny";
    if (look)
      void (hasFilm ? backOf(now, first, title, look) : cardOf(start, now, told, look)).then(
        (picture) => {
          if (!isLate) drawn.value = { picture, shows };
        },
        () => {
          isTurned.value = false;
        },
      );
    return () => {
      isLate = true;
    };
  }, [start, now, first, target, machine, link, ink, shows]);
  return (
    <section class="duel-ending" data-testid="duel-ending" ref={card}>
      <p>
        <strong>{say("duel.fooled", ink, target)}</strong>
      </p>
      <Stars now={now} target={target} opponent={name} />
      {drawn.value && <Card picture={drawn.value.picture} label={title} />}
      <Button
        label={say(isTurned.value ? "duel.card.front" : "duel.card.back")}
        onClick={() => {
          isTurned.value = !isTurned.value;
        }}
      />
      <label>
        <span>{say("duel.player")}</span>{" "}
        <input
          class="field"
          value={player.value}
          maxLength={LONGEST}
          autocomplete="nickname"
          onInput={({ currentTarget }) => {
            player.value = nameIn(currentTarget.value);
            remember(PLAYER, player.value);
          }}
        />
      </label>
      <div class="buttons">
        <Button
          look="primary"
          disabled={drawn.value?.shows !== shows}
          onClick={() => drawn.value && send(drawn.value.picture)}
        >
          {say("duel.card.send")}
        </Button>
        <Button
          onClick={() =>
            void copyText(link).then((done) => {
              copied.value = done;
            })
          }
        >
          {say("duel.share")}
        </Button>
      </div>
      <p class="small quiet" role="status">
        {copied.value !== null && (copied.value ? say("duel.copied") : link)}
      </p>
      <h2>{say("duel.why")}</h2>
      <p>{say("duel.because")}</p>
      <p>
        <ViewLink view="learn" parameters={{ step: "backprop" }}>
          {say("film.step", say("learn.backprop"))}
        </ViewLink>
        {" · "}
        <ViewLink view="learn" parameters={{ step: "not-sure" }}>
          {say("film.step", say("learn.not-sure"))}
        </ViewLink>
      </p>
    </section>
  );
}

/** Three networks that the digit may fool: a star for each. */
function Stars({ now, target, opponent }: { now: Uint8Array; target: number; opponent: string }) {
  const own = ownModels.value.find(({ name }) => name === opponent) ?? ownModels.value[0];
  const names = ["tiny", "default", ...(own ? [own.name] : [])];
  const asked = (name: string) => (own?.name === name ? versionOf(own.kept) : name);
  const answered = useAnswers(now, target, names.map(asked));
  return (
    <ul class="duel-stars">
      {names.map((name) => {
        const answer = answered?.answers.get(asked(name));
        const outcome = answer ? outcomeOf(answer) : null;
        const called = own?.name === name ? modelName(own) : name;
        const isFooled = name === opponent || outcome?.answer === target;
        return (
          <li key={name} data-won={isFooled}>
            {outcome === null
              ? say("duel.other.waiting", called)
              : outcome.answer === null
                ? say("duel.other.none", called)
                : say("duel.other", called, outcome.answer, percent(outcome.confidence))}
          </li>
        );
      })}
      {!own && <li data-won={false}>{say("duel.star.own")}</li>}
    </ul>
  );
}

function Card({ picture, label }: { picture: Blob; label: string }) {
  const url = useMemo(() => URL.createObjectURL(picture), [picture]);
  useEffect(() => () => URL.revokeObjectURL(url), [url]);
  return <img class="duel-card" src={url} alt={label} />;
}

/** Hand the card to what the device shares with, else save it. */
function send(picture: Blob): void {
  const file = new File([picture], "shuzi-duel.png", { type: "image/png" });
  if (navigator.canShare?.({ files: [file] }))
    navigator.share({ files: [file] }).catch(() => undefined); // nobody was chosen
  else saveFile(picture, file.name);
}

/** The address of the same digit to be fooled with less; a network of one's own is not there for others. */
function linkOf({ start, target, name }: Properties, ink: number, by: string): string {
  const isShipped = !ownModels.value.some((model) => model.name === name);
  const shared = {
    look: "mine",
    ink: inkWritten(start),
    as: String(target),
    ...(isShipped && { beat: String(Math.round(10 * ink)), ...(by && { by }) }),
    ...(isShipped && name !== "tiny" && { against: name }),
  };
  return new URL(addressOf("duel", shared), location.href).href;
}
