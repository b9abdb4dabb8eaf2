import type { paper as english } from "../en/paper";
import type { Translation } from "../translation";

export const paper: Translation<typeof english> = {
  "paper.title": "印在纸上的网络",
  "paper.lead":
    "最小的网络 tiny 装得进一张二维码：4,632 个权重，每个 4 位，再带上一个名字和你写的十个数字。打印出来送人，谁扫了码，谁就能用你的网络认数字。",
  "paper.make": "做一张二维码",
  "paper.tiny": "用的网络是 tiny。",
  "paper.from": (name) => `用的是刚扫来的网络：${name}。`,
  "paper.nameless": "没有名字",
  "paper.name": "你的名字，扫码的人都能看到",
  "paper.name.long": "名字最多 40 字节，大约 13 个汉字，也不能有看不见的字符。",
  "paper.learns": (n) => `先让它的最后一层学你留下的 ${n} 个数字`,
  "paper.no_digits": "先改正一个数字并留下来，你的字迹就能一起带上：",
  "paper.button": "生成二维码",
  "paper.working": "正在处理……",
  "paper.missing": "网页的一个文件没有加载成功。请检查网络，再试一次。",
  "paper.alt": (name) => `一个网络的二维码：${name}`,
  "paper.on_test": (n, before, after) =>
    `前 ${n} 张测试图片：取整前答对 ${before} 张，码里的网络答对 ${after} 张。`,
  "paper.on_own": (n, before, after) =>
    `你留下的 ${n} 个数字：取整前答对 ${before} 个，码里的网络答对 ${after} 个。`,
  "paper.save": "存成图片",
  "paper.scan": "扫二维码",
  "paper.scan.lead": "正对着拍，拍全、拍清楚。图片不会离开这台机器。",
  "paper.scan.file": "打开图片",
  "paper.scan.camera": "拍照",
  "paper.scan.on_test": (n, right) => `前 ${n} 张测试图片，它答对 ${right} 张。`,
  "paper.scan.on_own": (n, right) => `你留下的 ${n} 个数字，它答对 ${right} 个。`,
  "paper.digit": (digit) => `一个 ${digit}`,
  "paper.keep": "留下这个网络",
  "paper.kept": "已留在这个浏览器里，上面的模型里也有它了。",
  "paper.hand_on": "现在生成二维码，这个网络就带着你的数字和名字继续传下去。",
  "paper.fault.none": "没有找到能读的二维码。靠近一点，拿稳，注意光线。",
  "paper.fault.several": "图片里有好几个网络，请裁剪到只剩一个二维码。",
  "paper.fault.foreign": "这个二维码不是 shuzi 的网络。",
  "paper.fault.format": "这个码来自另一个版本的 shuzi，这个网页不认识。",
  "paper.fault.damaged": "这个码坏了：校验和或者里面的某个值不对。",
  "paper.fault.picture": "浏览器打不开这个文件，它不是图片。",
};
