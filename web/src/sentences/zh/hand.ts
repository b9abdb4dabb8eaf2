import type { hand as english } from "../en/hand";
import type { Translation } from "../translation";

export const hand: Translation<typeof english> = {
  "hand.title": "你的字",
  "hand.lead": (file) =>
    `这些是你改正过、留下来的，只存在这个浏览器里。存成 ${file} 以后，命令行的 read --hand 用上它，马上就能更准地认你的字；train --data 可以拿它训练。`,
  "hand.none": (file) =>
    `改正一个数字，再把它留下：它只存在这个浏览器里。留下的可以一起存成 ${file}，给命令行的 read --hand 和 train --data 用。`,
  "hand.keep": "留下这个字",
  "hand.is_kept": "已经留下",
  "hand.export": "保存为 .npz 文件",
  "hand.use_here": "默认模型在这里识别时也用上它们",
  "hand.import": "打开 .npz 文件",
  "hand.imported": (n) => `留下了 ${n} 个数字。`,
  "hand.image": (position) => `留下的第 ${position} 个数字`,
  "hand.more": (n) => `还有 ${n} 个`,
  "hand.remove": "去掉",
  "hand.remove_one": (position, label) => `去掉留下的第 ${position} 个数字（${label}）`,
  "hand.error.damaged": "这不是 .npz 文件，或者已经损坏。请选这个页面或 shuzi hand 存的文件。",
  "hand.error.arrays":
    "这个 .npz 里没有数字：应当有 uint8 的两个数组，28x28 的图 images 和 0 到 9 的标签 labels。",
  "hand.error.many": "这样会超过 10,000 个数字。请先去掉一些。",
};
