import type { models as english } from "../en/models";
import type { Translation } from "../translation";

export const models: Translation<typeof english> = {
  "models.title": "模型",
  "models.lead": "把几个模型放在一起比一比：准不准，有多大，有多快，各有什么用处。",
  "models.measuring": "正在这台机器上测每个模型的速度……",
  "models.accuracy": "准确率",
  "models.accuracy.lead":
    "考卷是 MNIST 的 10,000 张测试图片，训练时都没见过。圆点是测出来的准确率；横条是真值所在的范围，置信度 95%。往右走同样一段，错误就减少同样的比例。",
  "models.interval": (low, high) => `${low} 到 ${high}`,
  "models.validation": (n) => `（在 ${n} 张验证图片上）`,
  "models.parameters": "参数",
  "models.size": "文件大小",
  "models.time": "认一张图",
  "models.time.page": "找一页（64x160）",
  "models.time.line": "认一行（48x160）",
  "models.per_second": (times) => `每秒 ${times} 次`,
  "models.wrong": (n, split) => `${n} 张${split}图片里认错`,
  "models.finds": (n, split) => `${n} 页${split}页面里找到的数字`,
  "models.reads": (n, split) => `${n} 行${split}样本里整行读对`,
  "models.split.test": "测试",
  "models.split.validation": "验证",
  "models.conditions": "时间是在这台机器的一个核上测的中位数，只算网络本身。",
  "models.write": "写给它认",
  "models.yours": (recipe) => `你的 ${recipe}`,
  "models.default": "能读整张图片。它还学过什么不是数字（字母、墨点、乱涂的线），拿不准的时候会直说。",
  "models.tiny": "看看最少需要多少：四层窄窄的卷积，小到能放进手表，准确率却差不了多少。",
  "models.softmax":
    "教程里的第一个网络，y = softmax(xw + b)：每个数字只有一张权重图。适合用来弄懂原理，不适合实际使用。",
  "models.detector":
    "只找数字在页面的什么地方，是几由别的模型判断。字连在一起，或者写在横格纸、印刷品上时，就用得上它。",
  "models.line": "一次认一整行，连小数点、逗号、横线、斜线、冒号一起认。它和分类器互相核对。",
  "models.given": "启动服务时指定的模型。没有另选时就用它。",
  "models.trained": "你在这里训练的。服务开着就一直留着，除非后来又训练了很多个。",
};
