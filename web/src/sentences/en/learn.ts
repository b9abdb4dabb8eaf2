import { learnSteps } from "./learn-steps";
import { learnTrain } from "./learn-train";

export const learn = {
  "learn.steps": "Steps",
  "learn.turn": "Turn the steps",
  "learn.back": "Back",
  "learn.next": (name: string) => `Next: ${name}`,
  "learn.try": "Try this",
  ...learnSteps,
  ...learnTrain,
};
