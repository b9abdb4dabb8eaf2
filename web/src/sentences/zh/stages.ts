import type { stages as english } from "../en/stages";
import type { Translation } from "../translation";

export const stages: Translation<typeof english> = {
  "stage.picture": "原来的样子",
  "stage.picture.on": "变成灰度，连同周围的一点。",
  "stage.turn": "反色",
  "stage.turn.on": "墨变亮，和 MNIST 一样。",
  "stage.turn.off": "关了：还是亮纸黑字。",
  "stage.ink": "去掉纸",
  "stage.ink.on": "比旁边的纸深的才算墨，阴影就没了。",
  "stage.ink.off": "关了：纸和阴影也算墨。",
  "stage.cut": "剪下来",
  "stage.cut.on": "只留这个数字，不要空白和斑点。",
  "stage.cut.off": "关了：整张图都往下走。",
  "stage.frame": "缩放、摆正",
  "stage.frame.on": "长边缩到 20 个像素，重心放在 28x28 的正中。",
  "stage.frame.off": "关了：拉满 28x28。",
  "stage.pen": "28x28，笔画匀称",
  "stage.pen.on": "太细的笔画加粗，最浓的墨变成 255。",
  "stage.pen.off": "关了：细笔画还是又细又淡。",
  "stage.strip.band": "按数字的高度裁",
  "stage.strip.band.on": "伸得太高太低的笔画裁掉，数字就大一些。",
  "stage.strip.whole": "整行都留着",
  "stage.strip.whole.on": "从最高的墨到最低的墨，数字可能小一些。",
};
