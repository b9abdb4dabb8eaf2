import { learnMore } from "./learn-more";
import { learnOwn } from "./learn-own";
import { learnSteps } from "./learn-steps";
import { learnTrain } from "./learn-train";

export const learn = {
  "learn.steps": "Steps",
  "learn.turn": "Turn the steps",
  "learn.back": "Back",
  "learn.next": (name: string) => `Next: ${name}`,
  "learn.try": "Try this",
  "learn.digit.choose": "Which digit to look at",
  "learn.digit.mine": "My digit",
  "learn.digit.write": "Write one of your own",
  "learn.digit.looked-at": "The digit that is looked at",
  "learn.course": "More in the course:",
  ...learnSteps,
  ...learnMore,
  ...learnOwn,
  ...learnTrain,
};
