import type { learn as english } from "../../en/learn/learn";
import type { Translation } from "../../translation";
import { learnMore } from "./more";
import { learnOwn } from "./own";
import { learnSteps } from "./steps";
import { learnTrain } from "./train";

export const learn: Translation<typeof english> = {
  "learn.steps": "步骤",
  "learn.turn": "前后翻页",
  "learn.back": "上一步",
  "learn.next": (name) => `下一步：${name}`,
  "learn.try": "试一试",
  "learn.digit.choose": "看哪个数字",
  "learn.digit.mine": "我写的",
  "learn.digit.write": "自己写一个",
  "learn.digit.write_another": "再写一个",
  "learn.digit.looked-at": "正在看的数字",
  "learn.course": "课程里接着讲：",
  "learn.seen": "，看过",
  "learn.progress": (count, all) => `${all} 步里看过 ${count} 步。`,
  "learn.progress.forget": "忘掉进度",
  "learn.digit.others": "别的测试图片",
  "learn.digit.doubtful": "标签有争议的",
  "learn.digit.misread": "shuzi 自带的 softmax 网络认错时概率最大的",
  "learn.digit.is": (index, label) => `第 ${index} 张测试图片，标签 ${label}`,
  "learn.digit.number": (last) => `或者按编号选，从 0 到 ${last}`,
  "learn.digit.missing": "测试图片没能加载。",
  "learn.ending": "网络就是这样读懂你的字的",
  "learn.ending.text":
    "784 个数，训练出来的权重，十个分数，概率，还有一句老实的“拿不准”。现在，这些都用在你写的字上。",
  "learn.ending.write": "写一个数，看它怎么认",
  "learn.ending.models": "比一比几个网络",
  "learn.ending.course": "自己动手做一个：教程",
  "learn.ending.again": "从头再看一遍",
  "learn.course.title": (title) => `《${title}》`,
  "learn.guess": "先猜一猜",
  "learn.guess.right": "猜对了。",
  "learn.guess.wrong": "不太对。",
  "learn.guess.covered": "先猜一猜，或者动手改一改，再揭晓。",
  ...learnSteps,
  ...learnMore,
  ...learnOwn,
  ...learnTrain,
};
