/** The loss of a real network as a map, and gradient descent on it. */
import { numberIn, oneOf, parameter } from "../../address";
import { loadDigits } from "../../data/digits";
import { type Digits, split } from "../../networks/train";
import { say } from "../../sentences/say";
import { Choices } from "../../shared/controls";
import { usePromised } from "../../shared/hooks";
import { pause } from "../../shared/pause";
import { Pixels } from "../../shared/pixels";
import { type Point, Slice } from "../descent";
import { biasOf, templateOf } from "../digit/examples";
import { brief } from "../format";
import { knob, StopSlider, useWalk, WalkButtons } from "../slider";
import "./rate.css";

const IMAGES = 300;
/** The part of the slice shown on the map, and the number of points along each side. */
const [LEFT, RIGHT, REACH, SIDE] = [-3, 15, 9, 45];
const BANDS = 14;
const RATES = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 8];
const PACE = 300; // milliseconds from step to step
const MOST = 100; // steps
const STARTS = { zero: { x: 0, y: 0 }, above: { x: -2, y: 4 }, below: { x: 10, y: -6 } } as const;
type Start = keyof typeof STARTS;

const rate = knob("real-rate", 0.5, numberIn(0.02, 8));
const start = parameter<Start>("from", "zero", oneOf(Object.keys(STARTS) as Start[]));

interface Seen {
  slice: Slice;
  /** The colour of each point of the map. */
  map: number[];
}

let seen: Seen | null = null;

export function RealLoss() {
  const fetched = usePromised(fetchSlice, "");
  const shown = seen ?? fetched;
  return (
    <>
      <p class="real-text">{say("learn.rate.real.text", IMAGES)}</p>
      {shown === "missing" && <p class="real-map small quiet">{say("learn.digit.missing")}</p>}
      {shown === null && <p class="real-map small quiet">{say("learn.train.state.loading")}</p>}
      {shown && shown !== "missing" && <Descent {...shown} />}
    </>
  );
}

async function fetchSlice(): Promise<Seen | "missing"> {
  try {
    const { train } = await loadDigits();
    seen ??= await look(split(train, IMAGES).train);
    return seen;
  } catch {
    return "missing";
  }
}

/** Row by row, so that the page stays responsive. */
async function look({ images, labels }: Digits): Promise<Seen> {
  const trained = Array.from({ length: 10 }, (_, digit) => ({
    pixels: templateOf(digit),
    bias: biasOf(digit),
  }));
  const slice = new Slice(images, labels, trained);
  const step = (RIGHT - LEFT) / SIDE;
  const heights: number[] = [];
  for (let row = 0; row < SIDE; row++) {
    await pause();
    for (let column = 0; column < SIDE; column++)
      heights.push(Math.log(slice.loss({ x: LEFT + (column + 0.5) * step, y: REACH - (row + 0.5) * step })));
  }
  const [least, most] = [Math.min(...heights), Math.max(...heights)];
  // in bands, as on a map of mountains
  const map = heights.map((height) => 1 - Math.floor(((height - least) / (most - least)) * BANDS) / BANDS);
  return { slice, map };
}

function Descent({ slice, map }: Seen) {
  const walking = useWalk<Point>({
    from: STARTS[start.value],
    knobs: `${start.value} ${rate.value}`,
    pace: PACE,
    onward: (walk) => {
      const last = walk.at(-1) as Point;
      const slope = slice.slope(last);
      return [...walk, { x: last.x - rate.value * slope.x, y: last.y - rate.value * slope.y }];
    },
    runsOn: (walk) => walk.length <= MOST,
  });
  const { walk } = walking;
  const [steps, loss] = [walk.length - 1, slice.loss(walk.at(-1) as Point)];
  return (
    <>
      <div class="real-map" role="img" aria-label={say("learn.rate.real.map", steps, brief(loss))}>
        <Pixels values={map} side={SIDE} palette="signed" full={1.4} />
        <Trail walk={walk} trained={slice.trained} />
      </div>
      <div class="rate-knobs">
        <p class="rate-verdict" role="status">
          {say("learn.rate.real.state", steps, brief(loss), brief(slice.loss({ x: slice.trained, y: 0 })))}
        </p>
        <StopSlider label={say("learn.rate.rate")} knob={rate} stops={RATES} />
        <Choices
          name="from"
          label={say("learn.rate.start")}
          values={Object.keys(STARTS) as Start[]}
          knob={start}
          write={(name) => say(`learn.rate.real.from.${name}`)}
        />
        <WalkButtons {...walking} isOver={steps >= MOST} />
      </div>
    </>
  );
}

/** The path so far, the ball, the zero weights and the trained weights. */
function Trail({ walk, trained }: { walk: readonly Point[]; trained: number }) {
  const at = ({ x, y }: Point) => ({
    x: fixedPlace(((x - LEFT) / (RIGHT - LEFT)) * 100),
    y: fixedPlace(((REACH - y) / (2 * REACH)) * 100),
  });
  const points = walk.map(at);
  const [zero, end, ball] = [at({ x: 0, y: 0 }), at({ x: trained, y: 0 }), points.at(-1)];
  return (
    <svg viewBox="0 0 100 100" aria-hidden="true">
      <path class="real-cross" d={`M${zero.x - 1.5} ${zero.y}h3m-1.5-1.5v3`} />
      <text x={zero.x} y={zero.y + 6} text-anchor="middle">
        {say("learn.rate.real.zero")}
      </text>
      <path class="real-cross" d={`M${end.x - 1.5} ${end.y}h3m-1.5-1.5v3`} />
      <text x={end.x} y={end.y + 6} text-anchor="middle">
        {say("learn.rate.real.trained")}
      </text>
      <polyline class="real-trail" points={points.map(({ x, y }) => `${x},${y}`).join(" ")} />
      {points.slice(0, -1).map(({ x, y }, index) => (
        <circle key={index} class="real-visited" cx={x} cy={y} r={0.9} />
      ))}
      {ball && <circle class="real-ball" cx={ball.x} cy={ball.y} r={2} />}
    </svg>
  );
}

function fixedPlace(value: number): number {
  return Number(value.toFixed(2));
}
