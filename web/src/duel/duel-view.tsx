/** Fool it: make a network see another digit, with the least ink. */
import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { change, numberIn, parameter, query } from "../address";
import { announce } from "../announce";
import { file } from "../bundle/files";
import { DIGITS } from "../generated/tasks";
import { hasMine, shownDigit } from "../learn/digit/digit";
import { DigitButtons } from "../learn/digit/digit-choice";
import { fixed } from "../learn/format";
import { loadNetworks } from "../learn/train/kept-networks";
import { modelName, type OwnModel, ownModels } from "../models/own-networks";
import { unpack } from "../runtime/graph";
import { graphOfOnnx } from "../runtime/onnx";
import { say } from "../sentences/say";
import { Button, Check, Choices } from "../shared/controls";
import { usePromised } from "../shared/hooks";
import { percent } from "../shared/percent";
import { Pixels } from "../shared/pixels";
import { ViewLink } from "../shell/view-link";
import { Bars } from "../write/inside/bars";
import { Ending, nameIn } from "./ending";
import { inkBetween, Opponent, type Point, pixelsBetween, SIDE } from "./game";
import "./duel.css";

const NONE = -1;
const FULL = 255;
/** The digit that the network should see, and the ink of the score to beat, in tenths of a pixel. */
const wanted = parameter("as", NONE, numberIn(0, 9));
const toBeat = parameter("beat", 0, numberIn(0, 9_999));
const against = parameter<string>("against", "tiny", (name) =>
  opponentNames().includes(name) ? name : null,
);

/** Who needed as little, for the challenge. */
const by = parameter<string>("by", "", nameIn);

export function DuelView() {
  useEffect(() => void loadNetworks(), []);
  const name = against.value;
  const opponent = usePromised(() => opponentNamed(name), name);
  const start = shownDigit.value?.image ?? null;
  return (
    <article class="view duel">
      <header>
        <h1>{say("view.duel")}</h1>
      </header>
      {opponent === "missing" ? (
        <p class="notice">{say("duel.missing")}</p>
      ) : opponent && start ? (
        <Duel key={`${name} ${start.join()}`} opponent={opponent} name={name} start={start} />
      ) : (
        <p class="quiet">{say("duel.loading")}</p>
      )}
    </article>
  );
}

function Duel({ opponent, name, start }: { opponent: Opponent; name: string; start: Uint8Array }) {
  const [now, before] = [useSignal(start), useSignal<readonly Uint8Array[]>([])];
  const [erases, isShown] = [useSignal(false), useSignal(false)];
  // what came of letting the machine try: the digit that fools the network, if it found one
  const machine = useSignal<{ target: number; picture: Uint8Array | null } | null>(null);
  const first = useMemo(() => opponent.judge(start, 0).answer, [opponent, start]);
  const easiest = useMemo(() => opponent.easiest(start), [opponent, start]);
  const target = wanted.value === NONE || wanted.value === first ? easiest : wanted.value;
  const judged = useMemo(() => opponent.judge(now.value, target), [opponent, now.value, target]);
  const ink = inkBetween(start, now.value);
  const tried = machine.value?.target === target ? machine.value : null;
  const isFooled = judged.answer === target;
  const paint = (pixels: readonly number[]) => {
    const changed = now.value.slice();
    for (const pixel of pixels) changed[pixel] = erases.value ? 0 : FULL;
    now.value = changed;
  };
  const keep = () => {
    before.value = [...before.value, now.value];
  };
  const back = (picture: Uint8Array, rest: readonly Uint8Array[]) => {
    now.value = picture;
    before.value = rest;
  };
  return (
    <div class="duel-halves">
      <section aria-label={say("duel.sheet")}>
        <p class="duel-goal">
          {toBeat.value > 0
            ? say("duel.challenge", by.value || say("duel.somebody"), fixed(toBeat.value / 10, 1), target)
            : say("duel.goal", first, target)}
        </p>
        <Board
          start={start}
          now={now.value}
          pull={isShown.value ? judged.pull : null}
          onStroke={keep}
          onPixels={paint}
        />
        <Choices
          name="tool"
          label={say("duel.tool")}
          isLabelHidden
          values={["pen", "eraser"] as const}
          knob={{
            value: erases.value ? "eraser" : "pen",
            set: (tool) => {
              erases.value = tool === "eraser";
            },
          }}
          write={(tool) => say(`duel.${tool}`)}
        />
        <Check
          label={say("duel.show")}
          isOn={isShown.value}
          onChange={(isOn) => {
            isShown.value = isOn;
          }}
        />
        {isShown.value && <p class="small quiet">{say("duel.show.key", target)}</p>}
        <div class="buttons">
          <Button
            disabled={before.value.length === 0}
            onClick={() => back(before.value.at(-1) ?? start, before.value.slice(0, -1))}
          >
            {say("write.undo")}
          </Button>
          <Button disabled={ink === 0} onClick={() => back(start, [])}>
            {say("duel.again")}
          </Button>
          <Button
            onClick={() => {
              const picture = opponent.fool(start, target);
              machine.value = { target, picture };
              announce(
                picture
                  ? say("duel.machine.needed", fixed(inkBetween(start, picture), 1))
                  : say("duel.machine.failed", target),
              );
            }}
          >
            {say("duel.machine")}
          </Button>
        </div>
        {tried &&
          (tried.picture ? (
            <figure class="duel-machine">
              <div class="duel-board">
                <Pixels values={tried.picture} palette="ink" label={say("duel.machine.picture", target)} />
                <Changes start={start} now={tried.picture} />
              </div>
              <figcaption>
                {say("duel.machine.needed", fixed(inkBetween(start, tried.picture), 1))}
              </figcaption>
            </figure>
          ) : (
            <p class="notice">{say("duel.machine.failed", target)}</p>
          ))}
      </section>
      <section aria-label={say("duel.answer")}>
        <Choices
          name="target"
          label={say("duel.target")}
          values={DIGITS.split("").filter((digit) => digit !== String(first))}
          knob={{
            value: String(target),
            set: (digit) => {
              change({ beat: null, by: null });
              wanted.set(Number(digit));
            },
          }}
        />
        <p class="duel-answer" role="status" data-fooled={isFooled}>
          <strong>{judged.answer}</strong> {percent(judged.probabilities[judged.answer] ?? 0)}
          {!isFooled && (
            <span class="small quiet">
              {say(
                "duel.behind",
                target,
                fixed((judged.scores[judged.answer] ?? 0) - (judged.scores[target] ?? 0), 2),
              )}
            </span>
          )}
        </p>
        <Bars values={judged.scores} decimals={1} />
        <p class="duel-ink">{say("duel.ink", fixed(ink, 1))}</p>
        {isFooled && (
          <Ending
            start={start}
            now={now.value}
            first={first}
            target={target}
            opponent={opponent}
            name={name}
          />
        )}
        <Others />
      </section>
    </div>
  );
}

function Others() {
  const names = opponentNames();
  const own = new Map(ownModels.value.map((model) => [model.name, modelName(model)]));
  return (
    <details class="duel-others" open={query.value.get("look") === null && !hasMine.value}>
      <summary>{say("duel.others")}</summary>
      <DigitButtons before={() => change({ as: null, beat: null, by: null })} />
      <Choices
        name="against"
        label={say("duel.against")}
        values={names}
        knob={against}
        write={(model) => own.get(model) ?? model}
      />
      <ViewLink view="write" parameters={{}} class="small">
        {say(hasMine.value ? "learn.digit.write_another" : "learn.digit.write")}
      </ViewLink>
    </details>
  );
}

interface BoardProperties {
  start: Uint8Array;
  now: Uint8Array;
  /** How each pixel pulls towards the target, to be shown; null shows the digit. */
  pull: Float32Array | null;
  /** A stroke begins: its changes can be undone at once. */
  onStroke: () => void;
  onPixels: (pixels: readonly number[]) => void;
}

const MOVES: Record<string, Point> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The digit in large pixels: a pen or an eraser changes them one by one, also from the keyboard. */
function Board({ start, now, pull, onStroke, onPixels }: BoardProperties) {
  const [cursor, last] = [useSignal<Point>([14, 14]), useRef<Point | null>(null)];
  const isShown = useSignal(false);
  const at = (event: PointerEvent): Point => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const cell = (part: number) => Math.min(Math.max(Math.floor(part * SIDE), 0), SIDE - 1);
    return [cell((event.clientX - box.left) / box.width), cell((event.clientY - box.top) / box.height)];
  };
  const go = (point: Point) => {
    onPixels(pixelsBetween(last.current ?? point, point));
    last.current = point;
  };
  const press = (event: KeyboardEvent) => {
    const move = MOVES[event.key];
    isShown.value = true;
    if (move) {
      const [x, y] = cursor.value.map((value, axis) =>
        Math.min(Math.max(value + (move[axis] ?? 0), 0), SIDE - 1),
      ) as [number, number];
      cursor.value = [x, y];
    } else if (event.key === " ") {
      onStroke();
      onPixels(pixelsBetween(cursor.value, cursor.value));
    } else return;
    event.preventDefault();
  };
  const rows = Array.from({ length: SIDE }, (_, row) => [...now.subarray(row * SIDE, (row + 1) * SIDE)]);
  return (
    <div
      class="duel-board"
      role="application"
      aria-label={say("duel.board")}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it is drawn on, from the keyboard too
      tabIndex={0}
      data-testid="duel-board"
      onKeyDown={press}
      onBlur={() => {
        isShown.value = false;
      }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        onStroke();
        last.current = null;
        go(at(event));
      }}
      onPointerMove={(event) => {
        if (last.current) go(at(event));
      }}
      onPointerUp={() => {
        last.current = null;
      }}
      onPointerCancel={() => {
        last.current = null;
      }}
    >
      {pull ? (
        <Pixels values={pull} palette="signed" under={rows} shade={0.7} />
      ) : (
        <Pixels values={now} palette="ink" />
      )}
      <Changes start={start} now={now} />
      <svg class="cover" viewBox={`0 0 ${SIDE} ${SIDE}`} aria-hidden="true">
        {isShown.value && (
          <rect data-is="cursor" x={cursor.value[0]} y={cursor.value[1]} width={1} height={1} />
        )}
      </svg>
    </div>
  );
}

function Changes({ start, now }: { start: Uint8Array; now: Uint8Array }) {
  return (
    <svg class="cover" viewBox={`0 0 ${SIDE} ${SIDE}`} aria-hidden="true">
      {[...now.keys()]
        .filter((index) => now[index] !== start[index])
        .map((index) => (
          <rect
            key={index}
            x={index % SIDE}
            y={Math.floor(index / SIDE)}
            width={1}
            height={1}
            data-is={(now[index] ?? 0) > (start[index] ?? 0) ? "added" : "erased"}
          />
        ))}
    </svg>
  );
}

const SHIPPED = ["tiny", "softmax"] as const;

function opponentNames(): string[] {
  return [...SHIPPED, ...ownModels.value.map(({ name }) => name)];
}

/** Return the network with a name, ready to be fooled. */
async function opponentNamed(name: string): Promise<Opponent | "missing"> {
  const own: OwnModel | undefined = ownModels.peek().find((model) => model.name === name);
  try {
    return new Opponent(own ? graphOfOnnx(own.kept.onnx) : unpack(await file(`models/${name}.bin.gz`)));
  } catch {
    return "missing";
  }
}
