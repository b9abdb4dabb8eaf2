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
  "learn.seen": "，看过",
  "learn.progress": (count, all) => `${all} 步里看过 ${count} 步。`,
  "learn.progress.forget": "忘掉进度",
  "learn.course.lesson": (lesson) => `第 ${lesson} 课`,
  "learn.digit.others": "别的测试图片",
  "learn.digit.doubtful": "标签有争议的",
  "learn.digit.misread": "shuzi 自带的 softmax 网络认错时概率最大的",
  "learn.digit.is": (index, label) => `第 ${index} 张测试图片，标签 ${label}`,
  "learn.digit.number": (last) => `或者按编号选，从 0 到 ${last}`,
  "learn.digit.missing": "测试图片没能加载。",
  "learn.guess": "先猜一猜",
  "learn.guess.right": "猜对了。",
  "learn.guess.wrong": "不太对。",
  ...learnSteps,
  ...learnMore,
  ...learnOwn,
  ...learnTrain,
};
