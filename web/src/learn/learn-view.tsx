/** The interactive tutorial: from pixels to training, and on to what networks get wrong. */
import type { FunctionComponent } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { useFocusOnChange } from "../shared/hooks";
import { StepList } from "./frame/step-frame";
import { goToStep, STEP_NAMES, type StepName, shownStep } from "./frame/steps";
import { BackpropStep } from "./steps/backprop";
import { ConvolutionStep } from "./steps/convolution";
import { HandwritingStep } from "./steps/handwriting";
import { HiddenStep } from "./steps/hidden";
import { LossStep } from "./steps/loss";
import { MistakesStep } from "./steps/mistakes";
import { NotSureStep } from "./steps/not-sure";
import { PixelsStep } from "./steps/pixels";
import { RateStep } from "./steps/rate";
import { SoftmaxStep } from "./steps/softmax";
import { TemplateStep } from "./steps/template";
import { TrainStep } from "./steps/train";
import "./learn.css";

const COMPONENTS: Readonly<Record<StepName, FunctionComponent>> = {
  pixels: PixelsStep,
  template: TemplateStep,
  softmax: SoftmaxStep,
  loss: LossStep,
  rate: RateStep,
  train: TrainStep,
  mistakes: MistakesStep,
  hidden: HiddenStep,
  backprop: BackpropStep,
  convolution: ConvolutionStep,
  handwriting: HandwritingStep,
  "not-sure": NotSureStep,
};

export function LearnView() {
  const shown = shownStep();
  const view = useRef<HTMLElement>(null);
  useArrowKeys();
  useFocusOnChange(shown, () => view.current?.querySelector("h1"));
  const name = STEP_NAMES[shown - 1];
  const Step = name && COMPONENTS[name];
  return (
    <article class="view learn" ref={view}>
      <StepList />
      {Step && <Step key={shown} />}
    </article>
  );
}

/** The left and right arrow keys change the step unless a control uses them. */
function useArrowKeys(): void {
  // before the step is seen, or the first key would be lost on a busy machine
  useLayoutEffect(() => {
    const turn = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      const onto = event.target instanceof Element ? event.target : null;
      if (!onto?.matches("body, main, h1, a")) return;
      if (event.key === "ArrowRight") goToStep(shownStep() + 1);
      if (event.key === "ArrowLeft") goToStep(shownStep() - 1);
    };
    addEventListener("keydown", turn);
    return () => removeEventListener("keydown", turn);
  }, []);
}
