import { learnMore } from "./more";
import { learnOwn } from "./own";
import { learnSteps } from "./steps";
import { learnTrain } from "./train";

export const learn = {
  "learn.steps": "Steps",
  "learn.turn": "Previous and next step",
  "learn.back": "Back",
  "learn.next": (name: string) => `Next: ${name}`,
  "learn.try": "Try this",
  "learn.digit.choose": "Which digit to look at",
  "learn.digit.mine": "My digit",
  "learn.digit.write": "Write one of your own",
  "learn.digit.write_another": "Write another one",
  "learn.digit.looked-at": "The digit shown",
  "learn.course": "More in the course:",
  "learn.seen": ", opened",
  "learn.progress": (count: number, all: number) => `${count} of ${all} steps opened.`,
  "learn.progress.forget": "Forget that",
  "learn.digit.others": "Other test images",
  "learn.digit.doubtful": "Labels that most people reject",
  "learn.digit.misread": "The most confident mistakes of the softmax network that comes with shuzi",
  "learn.digit.is": (index: string, label: number) => `Test image ${index}, label ${label}`,
  "learn.digit.number": (last: string) => `Or any, by its number from 0 to ${last}`,
  "learn.digit.missing": "The test images could not be loaded.",
  "learn.ending": "That is how a network reads your handwriting",
  "learn.ending.text":
    "784 numbers, weights that training found, ten scores, probabilities, and an honest “not sure”. All of it now works on what you write.",
  "learn.ending.write": "Write a number and watch it happen",
  "learn.ending.models": "Compare the networks",
  "learn.ending.course": "Build one yourself: the course",
  "learn.ending.again": "From the beginning",
  "learn.course.title": (title: string) => title,
  "learn.guess": "Guess first",
  "learn.guess.right": "You guessed it.",
  "learn.guess.wrong": "Not quite.",
  "learn.guess.covered": "Covered until you guess, or change something.",
  ...learnSteps,
  ...learnMore,
  ...learnOwn,
  ...learnTrain,
};
