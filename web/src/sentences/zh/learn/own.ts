import type { learnOwn as english } from "../../en/learn/own";
import type { Translation } from "../../translation";

export const learnOwn: Translation<typeof english> = {
  "learn.answer.softmax": "softmax 网络",
  "learn.answer.default": "默认网络",
  "learn.answer.no-digit": "这不是数字",
  "learn.answer.right": "对",
  "learn.answer.wrong": "错",

  "learn.handwriting": "我的手写",
  "learn.handwriting.title": "我的手写：收拾成它学过的样子",
  "learn.handwriting.text":
    "网络只见过 MNIST 那样的数字：黑底亮字，高 20 个像素，重心在正中。你的照片完全不是这个样子，所以在识别之前，要先经过五道工序。\n每道工序都有开关。关掉一道，后面的照样往下做，拿到什么算什么，再让两个网络来认。",
  "learn.handwriting.try": "默认网络不在乎的工序，softmax 网络也不在乎吗？你自己写的字，又最离不开哪一道？",
  "learn.handwriting.guess": "默认网络少了哪道工序也照样能认？",
  "learn.handwriting.guess.task": "现在试试：三道工序轮流单独关掉，最后一道放在最后。",
  "learn.handwriting.guess.answer":
    "最后一道：笔画细一点、淡一点，还是笔画。可是它只见过黑底亮字，墨是暗的，或者纸也算成了墨，它就不认得了。",
  "learn.handwriting.photo": "你写的或拍的数字",
  "learn.handwriting.made": "这个数字拍成的照片，光从一边来",

  "learn.not-sure": "不确定",
  "learn.not-sure.title": "不确定：它说的把握有多可信？",
  "learn.not-sure.text":
    "网络说“90%”。要是这样的回答一百次里对了九十次，这个 90% 就是实话：网络是校准过的。这里就来查一查，用的是它没见过的图。\n说实话的把握才有用处：低于阈值的，交给人来看。不过这只对数字管用。给它一个字母，softmax 还是得把 100% 分给十个数字。",
  "learn.not-sure.try":
    "三个网络各要把阈值定在多少，一百个回答里错的才不到一个？这时又有多少数字要留给人来看？",
  "learn.not-sure.guess": "softmax 网络的把握到了 99% 才算数。测试图片里，它还能回答多少？",
  "learn.not-sure.guess.most": "十个里九个左右",
  "learn.not-sure.guess.half": "一半左右",
  "learn.not-sure.guess.few": "五个里一个左右",
  "learn.not-sure.guess.task": "现在试试：选 softmax 网络，把阈值拉到 99%。",
  "learn.not-sure.guess.answer": (answered, wrong) =>
    `只有 ${answered}，其中错了 ${wrong} 个。这个网络十个能认对九个左右，却很少有这么大的把握：想少出错，就得把许多数字留给人看。`,
  "learn.not-sure.network": "网络",
  "learn.not-sure.missing": "测试图片或者网络没能载入，这里没法测。",
  "learn.not-sure.promises": "说的和做到的",
  "learn.not-sure.promises.chart": "按把握分组，回答对了多少；落在虚线上就是说了实话。数值见表。",
  "learn.not-sure.measured": (done, all) =>
    `就在这里测的：${all} 张测试图片里的 ${done} 张，每 10% 一组。点越大，回答越多。`,
  "learn.not-sure.promised": "说的，%",
  "learn.not-sure.right": "对的，%",
  "learn.not-sure.answers": "回答",
  "learn.not-sure.line": "线划在哪里",
  "learn.not-sure.threshold": "阈值",
  "learn.not-sure.above": (answered, wrong, errorRate, rest) =>
    `回答了 ${answered}，其中错了 ${wrong} 个，占 ${errorRate}。剩下的 ${rest} 个数字交给人来看。`,
  "learn.not-sure.answered": "回答了，%",
  "learn.not-sure.wrong": "回答里错的，%",
  "learn.not-sure.kept.chart": "各种阈值下，答了多少和其中错了多少；圆点是现在的阈值。",
  "learn.not-sure.letters": "要是个字母呢？",
  "learn.not-sure.letters.text":
    "softmax 网络只知道十个答案，没有别的。默认网络还见过字母和符号，它有第二个输出：这到底是不是数字？",
  "learn.not-sure.letter": "哪个字母",
  "learn.not-sure.mine": "我写的",
  "learn.not-sure.image": "两个网络看到的，28x28 像素",
};
