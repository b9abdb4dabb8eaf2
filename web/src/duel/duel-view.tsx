/** Fool it: make a network see another digit, with the least ink. */
import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { change, numberIn, parameter, query } from "../address";
import { announce } from "../announce";
import { DIGITS } from "../generated/tasks";
import { hasMine, shownDigit } from "../learn/digit/digit";
import { DigitButtons } from "../learn/digit/digit-choice";
import { fixed } from "../learn/format";
import { loadOwn } from "../learn/train/kept-networks";
import { modelName } from "../models/model-name";
import { ownModels } from "../models/own-networks";
import { say } from "../sentences/say";
import { Button } from "../shared/button";
import { Check, Choices } from "../shared/choices";
import { percent } from "../shared/percent";
import { usePromised } from "../shared/promised";
import { ViewLink } from "../shell/view-link";
import { Bars } from "../write/inside/bars";
import { Board } from "./board";
import { Ending } from "./ending";
import { inkBetween, type Opponent } from "./game";
import { opponentNamed, opponentNames } from "./opponents";
import "./duel.css";

const NONE = -1;
const FULL = 255;
/** The digit that the network should see, and the ink of the score to beat, in tenths of a pixel. */
const wanted = parameter("as", NONE, numberIn(0, 9));
const toBeat = parameter("beat", 0, numberIn(0, 9_999));
const against = parameter<string>("against", "tiny", (name) =>
  opponentNames().includes(name) ? name : null,
);

/** What came of letting the machine try: the ink that it needed; null if it could not fool the network. */
interface Try {
  target: number;
  ink: number | null;
}

export function DuelView() {
  useEffect(() => void loadOwn(), []);
  const name = against.value;
  const opponent = usePromised(() => opponentNamed(name), name);
  const start = shownDigit.value?.image ?? null;
  return (
    <article class="view duel">
      <header>
        <h1>{say("duel.title")}</h1>
        <p class="lead">{say("duel.lead")}</p>
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
  const [erases, isShown, machine] = [useSignal(false), useSignal(false), useSignal<Try | null>(null)];
  const first = useMemo(() => opponent.judge(start, 0).answer, [opponent, start]);
  const target = wanted.value === NONE || wanted.value === first ? (first === 1 ? 7 : 1) : wanted.value;
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
            {say("duel.undo")}
          </Button>
          <Button disabled={ink === 0} onClick={() => back(start, [])}>
            {say("duel.again")}
          </Button>
          <Button
            onClick={() => {
              const fooled = opponent.fool(start, target);
              machine.value = { target, ink: fooled && inkBetween(start, fooled) };
              if (!fooled) return announce(say("duel.machine.failed", target));
              keep();
              now.value = fooled;
            }}
          >
            {say("duel.machine")}
          </Button>
        </div>
        {tried?.ink === null && <p class="notice">{say("duel.machine.failed", target)}</p>}
      </section>
      <section aria-label={say("duel.answer")}>
        <Choices
          name="target"
          label={say("duel.target", first)}
          values={DIGITS.split("").filter((digit) => digit !== String(first))}
          knob={{
            value: String(target),
            set: (digit) => {
              change({ beat: null });
              wanted.set(Number(digit));
            },
          }}
        />
        <p class="duel-answer" role="status" data-fooled={isFooled}>
          <strong>{judged.answer}</strong> {percent(judged.probabilities[judged.answer] ?? 0)}
          {!isFooled && (
            <span class="small quiet">
              {say("duel.of_target", target, percent(judged.probabilities[target] ?? 0))}
            </span>
          )}
        </p>
        <Bars values={judged.probabilities} full={1} />
        <p>{say("duel.ink", fixed(ink, 1))}</p>
        {toBeat.value > 0 && <p>{say("duel.beat", fixed(toBeat.value / 10, 1))}</p>}
        {tried && tried.ink !== null && <p>{say("duel.machine.needed", fixed(tried.ink, 1))}</p>}
        {isFooled && <Ending now={now.value} start={start} target={target} ink={ink} opponent={name} />}
        <Others />
      </section>
    </div>
  );
}

/** Another digit, another network. */
function Others() {
  const names = opponentNames();
  const own = new Map(ownModels.value.map((model) => [model.name, modelName(model)]));
  return (
    <details class="duel-others" open={query.value.get("look") === null && !hasMine.value}>
      <summary>{say("duel.others")}</summary>
      <DigitButtons before={() => change({ as: null, beat: null })} />
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
