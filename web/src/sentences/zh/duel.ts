import type { duel as english } from "../en/duel";
import type { Translation } from "../translation";

export const duel: Translation<typeof english> = {
  "view.duel": "骗过它",
  "duel.title": "骗过它",
  "duel.lead": "改动尽量少的墨，让网络看成另一个数字，而人一眼还看得出原来是几。",
  "duel.loading": "正在加载网络。",
  "duel.missing": "网络没能加载。请刷新页面再试。",
  "duel.sheet": "数字",
  "duel.board": "数字，28 乘 28 个像素。方向键移动，空格画一个像素或擦掉它。",
  "duel.tool": "工具",
  "duel.pen": "加墨",
  "duel.eraser": "擦掉",
  "duel.show": "看看它的弱点",
  "duel.show.key": (target) =>
    `蓝色的地方加墨，棕色的地方擦掉，都会把它推向 ${target}：这就是梯度，每个像素一个斜率。`,
  "duel.undo": "撤销",
  "duel.again": "重新开始",
  "duel.machine": "让机器试试",
  "duel.machine.failed": (target) => `机器顺着梯度走，也没能让它看成 ${target}。`,
  "duel.machine.needed": (ink) => `机器顺着梯度走，要用 ${ink} 个像素的墨。`,
  "duel.answer": "网络看到的",
  "duel.target": (digit) => `它看到的是 ${digit}。让它看成`,
  "duel.of_target": (target, probability) => `${target}：${probability}`,
  "duel.ink": (ink) => `加上和擦掉的墨：${ink} 个像素`,
  "duel.beat": (ink) => `要打破的纪录：${ink} 个像素`,
  "duel.fooled": (ink, target) => `用 ${ink} 个像素的墨骗过了它：它看成了 ${target}。`,
  "duel.other": (model, digit, probability) => `${model} 看到的是 ${digit}，${probability}。`,
  "duel.other.none": (model) => `${model} 看不出是数字。`,
  "duel.other.waiting": (model) => `${model}：……`,
  "duel.share": "复制挑战链接",
  "duel.copied": "已复制。谁打开它，谁就拿到同一个数字和你的成绩。",
  "duel.others": "换个数字，换个网络",
  "duel.against": "对手",
  "duel.why": "为什么骗得过它？",
  "duel.because":
    "网络把一个个像素的证据加起来。梯度说的是：每个像素的墨多一点，分数怎么变。顺着它同时改许多像素，一点一点加起来，答案就变了。训练用的也是这个梯度，只不过改的是权重。这样的图它从来没见过，没人教过它遇到这种图怎么守住答案。",
};
