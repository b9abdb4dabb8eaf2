import type { learn as english } from "../en/learn";
import type { Translation } from "../translation";
import { learnMore } from "./learn-more";
import { learnOwn } from "./learn-own";
import { learnSteps } from "./learn-steps";
import { learnTrain } from "./learn-train";

export const learn: Translation<typeof english> = {
  "learn.steps": "步骤",
  "learn.turn": "前后翻页",
  "learn.back": "上一步",
  "learn.next": (name) => `下一步：${name}`,
  "learn.try": "试一试",
  "learn.digit.choose": "看哪个数字",
  "learn.digit.mine": "我写的",
  "learn.digit.write": "自己写一个",
  "learn.digit.looked-at": "正在看的数字",
  "learn.course": "课程里接着讲：",
  ...learnSteps,
  ...learnMore,
  ...learnOwn,
  ...learnTrain,
};
