/** Backpropagation: one digit forward through one hidden layer, and the blame for the loss back to every weight. */
import { effect, useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { PIXELS } from "../../data/image";
import { lookOf, paint } from "../../film/draw/canvas";
import { box, cells, type Frame, line, type Shape, text } from "../../film/draw/shapes";
import { FilmLink } from "../../film/film-link";
import { largestMagnitude } from "../../ink/numbers";
import type { Network } from "../../networks/network";
import { say } from "../../sentences/say";
import { Button, Choices } from "../../shared/controls";
import { fitted, useSize } from "../../shared/hooks";
import { Pixels } from "../../shared/pixels";
import { shownTheme } from "../../shell/theme";
import { firstNetwork, NEURONS, stepDown, type Trace, templatesOf, traced } from "../backprop";
import { readAs, shownDigit } from "../digit/digit";
import { DigitChoice } from "../digit/digit-choice";
import { fixed, percent, whole } from "../format";
import { StepFrame } from "../frame/step-frame";
import { knob, Slider, still, wholeIn } from "../slider";
import "./backprop.css";

const RATE = 0.02;
const AS_READ = -1;
const [TRIED, SURE] = [20, 0.9]; // steps and probability that the guess asks about

const neuron = knob("neuron", 0, wholeIn(0, NEURONS - 1));
/** The label of the user's own digit, if it was misread. */
const meant = knob("meant", AS_READ, wholeIn(0, 9));

export function BackpropStep() {
  const shown = shownDigit.value;
  const image = shown?.image ?? new Uint8Array(PIXELS);
  const mine = meant.value === AS_READ ? (readAs.value ?? 0) : meant.value;
  const label = shown?.label ?? mine;
  const { network, steps, step, restart } = useNetwork();
  const trace = traced(network, image, label);
  const chosen = neuron.value;
  const probability = trace.probabilities[label] ?? 0;
  return (
    <StepFrame
      name="backprop"
      isTried={steps >= TRIED && probability > SURE}
      answer={say("learn.backprop.guess.answer", percent(probability))}
    >
      <DigitChoice />
      {shown?.label === null && (
        <Slider label={say("learn.backprop.meant")} knob={{ value: mine, set: meant.set }} max={9} />
      )}
      <div class="backprop-pictures">
        <Picture values={image} palette="ink" caption={say("learn.digit.looked-at")} />
        <Picture
          values={templatesOf(network)[chosen] ?? []}
          palette="signed"
          caption={say("learn.backprop.weights", chosen + 1)}
        />
        <Picture
          values={(trace.weightGradients[chosen] ?? new Float32Array()).map((value) => -value)}
          palette="signed"
          caption={say("learn.backprop.change", chosen + 1)}
        />
      </div>
      <Choices
        name="neuron"
        label={say("learn.backprop.neuron")}
        values={trace.hidden.map((_, index) => index)}
        knob={neuron}
        write={(index) => index + 1}
      />
      <BackFlow trace={trace} label={label} neuron={chosen} />
      <div class="buttons">
        <Button look="primary" label={say("learn.backprop.step")} onClick={() => step(image, label, 1)} />
        <Button label={say("learn.backprop.steps")} onClick={() => step(image, label, 20)} />
        <Button look="plain" label={say("learn.rate.restart")} disabled={steps === 0} onClick={restart} />
      </div>
      <p class="numbers" role="status">
        {say("learn.backprop.state", whole(steps), fixed(trace.loss, 3), percent(probability))}
      </p>
      <FilmLink stop="gradient">{say("film.watch.back")}</FilmLink>
    </StepFrame>
  );
}

interface PictureProperties {
  values: Uint8Array | Float32Array | readonly number[];
  palette: "ink" | "signed";
  caption: string;
}

function Picture({ caption, ...rest }: PictureProperties) {
  return (
    <figure>
      <Pixels label={caption} {...rest} />
      <figcaption class="small quiet">{caption}</figcaption>
    </figure>
  );
}

function useNetwork() {
  const held = useRef<Network | null>(null);
  held.current ??= firstNetwork();
  const network = held.current;
  const [steps, setSteps] = useState(0);
  return {
    network,
    steps,
    step: (image: Uint8Array, label: number, count: number) => {
      for (let step = 0; step < count; step++) {
        traced(network, image, label);
        stepDown(network, RATE);
      }
      setSteps(steps + count);
    },
    restart: () => {
      held.current = firstNetwork();
      setSteps(0);
    },
  };
}

const SECONDS = 3.5;
const NARROW = 480; // pixels: below this width, text is larger
const CAMERA = { x: 96, y: 55, width: 206, height: 122 };
const [LEFT, RIGHT] = [34, 128]; // the ends of the lines
const [BAR, FULL] = [140, 26]; // probabilities

/** How the error comes back: from the ten differences, along the lines, to a hidden neuron, which adds it up. */
interface Flow {
  trace: Trace;
  label: number;
  neuron: number;
}

/** Flows once whenever the numbers change; with reduced motion, shows the end only. */
function BackFlow({ trace, label, neuron }: Flow) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(frame);
  const gone = useSignal(1);
  const key = `${neuron} ${label} ${trace.loss} ${trace.hidden[0]}`;
  const flow = useSignal<Flow>({ trace, label, neuron });
  useEffect(() => {
    flow.value = { trace, label, neuron };
    if (still.matches) return;
    const began = performance.now();
    let asked = requestAnimationFrame(function show(now) {
      gone.value = Math.min(Math.max(now - began, 0) / 1000 / SECONDS, 1);
      if (gone.peek() < 1) asked = requestAnimationFrame(show);
    });
    return () => cancelAnimationFrame(asked);
  }, [key]);
  const draw = () => {
    const [measured, now, shown] = [size.value, gone.value, flow.value];
    void shownTheme.value;
    const context = fitted(canvas.current, measured);
    if (!context || !measured) return;
    const { width, height } = context.canvas;
    const frame = frameOf(shown, now, measured.width < NARROW ? 1.45 : 1);
    paint(context, frame, { x: 0, y: 0, width, height }, lookOf(context.canvas));
  };
  // at once: a printer does not wait
  useLayoutEffect(() => effect(draw), []);
  const slope = trace.hiddenGradient[neuron] ?? 0;
  return (
    <div class="backprop-flow" ref={frame}>
      <canvas
        class="cover"
        ref={canvas}
        role="img"
        aria-label={say(
          "learn.backprop.flow",
          neuron + 1,
          fixed(trace.hidden[neuron] ?? 0, 2),
          fixed(slope, 2),
          label,
        )}
      />
    </div>
  );
}

/**
 * @param gone how far the numbers have come, 0 to 1
 * @param large how much larger than usual the text is
 */
function frameOf({ trace, label, neuron }: Flow, gone: number, large: number): Frame {
  return {
    camera: CAMERA,
    shapes: [
      ...linesOf(trace, neuron),
      ...digitsOf(trace, label, large),
      ...neuronsOf(trace, neuron, gone, large),
      ...numbersOf(trace, neuron, gone, large),
    ],
  };
}

const rowOf = (digit: number) => 14 + digit * 10;
const neuronRow = (neuron: number) => 17 + neuron * 12;

/** The part that each digit sends back to a neuron: its difference times the weight between them. */
function partsOf({ gradient, outputWeights }: Trace, neuron: number): number[] {
  return gradient.map((slope, digit) => slope * (outputWeights[neuron]?.[digit] ?? 0));
}

function linesOf(trace: Trace, chosen: number): Shape[] {
  const all = trace.hidden.map((_, neuron) => partsOf(trace, neuron));
  const most = largestMagnitude(all.flat());
  return all.flatMap((parts, neuron) =>
    parts.map((part, digit) =>
      line({
        from: [LEFT, neuronRow(neuron)],
        to: [RIGHT, rowOf(digit)],
        width: neuron === chosen ? 0.8 : 0.4,
        colour: part > 0 ? "warn" : "accent",
        alpha: (neuron === chosen ? 0.25 : 0.06) + (neuron === chosen ? 0.6 : 0.25) * (Math.abs(part) / most),
      }),
    ),
  );
}

function digitsOf({ probabilities, gradient }: Trace, label: number, large: number): Shape[] {
  return probabilities.flatMap((probability, digit) => {
    const y = rowOf(digit);
    const slope = gradient[digit] ?? 0;
    const bar = { x: BAR, y: y - 2.5, height: 5 };
    return [
      text({
        x: 134,
        y,
        size: 6,
        text: String(digit),
        isLarge: true,
        colour: digit === label ? "warn" : "ink",
      }),
      box({ ...bar, width: FULL, colour: "sunken" }),
      box({ ...bar, width: probability * FULL, colour: "accent" }),
      ...(digit === label ? [box({ ...bar, width: FULL, colour: "warn", edge: 0.5 })] : []),
      text({ x: 190, y, size: 5 * large, text: fixed(slope, 2), align: "end", colour: colourOf(slope) }),
    ];
  });
}

function neuronsOf(trace: Trace, chosen: number, gone: number, large: number): Shape[] {
  const full = largestMagnitude(trace.hidden);
  return trace.hidden.flatMap((answer, neuron) => {
    const y = neuronRow(neuron);
    const slope = trace.hiddenGradient[neuron] ?? 0;
    const isChosen = neuron === chosen;
    return [
      cells({ x: LEFT - 9, y: y - 4, size: 8, side: 1, values: [answer], palette: "found", full }),
      ...(isChosen
        ? [box({ x: LEFT - 9.6, y: y - 4.6, width: 9.2, height: 9.2, colour: "ink", edge: 0.8 })]
        : []),
      text({
        x: LEFT - 12,
        y,
        size: 5 * large,
        text: fixed(slope, 2),
        align: "end",
        colour: colourOf(slope),
        alpha: isChosen ? Math.min(Math.max(10 * gone - 9, 0), 1) : 0.55,
      }),
    ];
  });
}

/** The parts on their way to the chosen neuron; a silent neuron takes none. */
function numbersOf(trace: Trace, chosen: number, gone: number, large: number): Shape[] {
  const soft = gone * gone * (3 - 2 * gone);
  const isSilent = trace.hidden[chosen] === 0;
  return partsOf(trace, chosen).flatMap((part, digit) => {
    // stop where they are still distinct
    const way = 0.08 + (0.42 / large ** 1.2) * soft;
    const [x, y] = [RIGHT + (LEFT - RIGHT) * way, rowOf(digit) + (neuronRow(chosen) - rowOf(digit)) * way];
    const [size, written] = [4.4 * large, fixed(part, 2)];
    const width = 0.66 * size * written.length;
    return [
      // or its own line would cross it out
      box({ x: x - width / 2, y: y - size / 2, width, height: size, colour: "surface", alpha: 0.85 }),
      text({ x, y, size, text: written, colour: colourOf(part), alpha: isSilent ? 0.4 : 1 }),
    ];
  });
}

/** As in the film: what should rise is blue, what should fall is brown. */
function colourOf(slope: number): "accent" | "warn" | "ink-soft" {
  return slope < -0.005 ? "accent" : slope > 0.005 ? "warn" : "ink-soft";
}
