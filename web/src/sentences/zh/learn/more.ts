import type { learnMore as english } from "../../en/learn/more";
import type { Translation } from "../../translation";

export const learnMore: Translation<typeof english> = {
  "learn.template": "算式 xw + b",
  "learn.template.title": "xw + b：你的字乘上一张模板",
  "learn.template.text":
    "十个数字，网络各有一张模板：784 个像素，每个像素一个权重。把每个像素乘上它的权重，全部加起来，再加上这个数字自己的 b。\n权重为正的地方（蓝色）有墨，得分升高；权重为负的地方（棕色）有墨，得分降低。哪个数字得分最高，答案就是它。",
  "learn.template.try": "选一个字，再换成别的数字的模板：两者在哪里合不上？是哪些像素把分数拉了下来？",
  "learn.template.x": "这个字 x。指着一个像素，就加到那里为止。",
  "learn.template.w": (digit) => `${digit} 的模板 w`,
  "learn.template.product": "逐个像素相乘的结果",
  "learn.template.product.label": (count) => `前 ${count} 个像素的乘积`,
  "learn.template.summed": "已经加了多少像素",
  "learn.template.of": (count) => `784 个里的 ${count} 个`,
  "learn.template.play": "从头加起来",
  "learn.template.pause": "停一下",
  "learn.template.pixel": (pixel, value, weight, product) =>
    `第 ${pixel} 个像素：${value} × ${weight} = ${product}`,
  "learn.template.sum": "加到这里：",
  "learn.template.score": (digit, bias, score) => `再加上 b = ${bias}，${digit} 的得分是 ${score}`,
  "learn.template.scores": "十个得分",
  "learn.template.choose": (digit, score) => `${digit} 的模板，得分 ${score}`,
  "learn.template.source": "模板来自 shuzi 自带的 softmax 网络。",

  "learn.template.guess": "没有墨的像素，给得分加了多少？",
  "learn.template.guess.most": "大部分",
  "learn.template.guess.half": "一半左右",
  "learn.template.guess.none": "一点也没有",
  "learn.template.guess.task": "现在试试：一个像素一个像素地加，看看走过空白处时和有没有变。",
  "learn.template.guess.answer": "空白的像素是 0，乘上什么权重都是 0。算数的只有墨盖住的那些权重，还有 b。",

  "learn.mistakes": "错在哪里",
  "learn.mistakes.title": "错在哪里：把谁认成了谁",
  "learn.mistakes.text":
    "准确率只有一个数，看不出错在哪里。这张表看得出：一行是一个标签，一列是一种回答。对角线上，两者一致。\n点一格，就看到那一格里的图，概率最大的排在前面。有些标签本身有争议：多数人看了会认成别的。",
  "learn.mistakes.try": "哪两个数字最容易混？看看那些图：换了你，认得对吗？",
  "learn.mistakes.guess": "softmax 网络最常犯的是下面哪种错？",
  "learn.mistakes.guess.of": (label, digit) => `把 ${label} 认成 ${digit}`,
  "learn.mistakes.guess.task": "现在试试：还没训练的话先训练 softmax，在表里找到这三格，点开一格。",
  "learn.mistakes.guess.answer": (twos, ones, zeros) =>
    `2 认成 8 的有 ${twos} 次，1 认成 7 的 ${ones} 次，0 认成 6 的 ${zeros} 次。2 有笔画的地方，8 差不多也都有，2 的墨常常和 8 的模板太合得来。`,
  "learn.mistakes.nothing": "这个页面里还没有训练过网络。",
  "learn.mistakes.train": "训练一个 softmax，几秒钟",
  "learn.mistakes.shipped": (name) => `先看自带的 ${name} 认错了哪些`,
  "learn.mistakes.caption": (name, wrong, n) => `${name}：${n} 张图里认错 ${wrong} 张`,
  "learn.mistakes.corner": "标签、回答",
  "learn.mistakes.all": (count) => `全部认错的图：${count} 张`,
  "learn.mistakes.some": (label, digit, count) =>
    label === digit ? `${label} 认成 ${digit}，认对了：${count} 张` : `${label} 认成 ${digit}：${count} 张`,
  "learn.mistakes.show-all": "看全部认错的图",
  "learn.mistakes.more": (count) => `再看一些（还有 ${count} 张）`,
  "learn.mistakes.doubtful": "标签有争议",

  "learn.hidden": "隐藏层",
  "learn.hidden.title": "隐藏层：让线弯过来",
  "learn.hidden.text":
    "这个网络只有两个输入：一个点在哪里。它要说出这个点是什么颜色。没有隐藏层，它训练再久也只画得出一条直线。\n隐藏层里每个神经元各画一条线（虚线），只在线的一侧有反应。输出把它们的反应加起来，两种颜色的边界就弯了。",
  "learn.hidden.try":
    "要是围不住圆环，就换一组初始权重：从哪里出发，决定了走到哪里。神经元多几个，又会怎样？",
  "learn.hidden.guess": "要让边界把圆环里面围起来，至少要几个隐藏神经元？",
  "learn.hidden.guess.task": "现在试试：选圆环，先用两个神经元训练，再用三个。",
  "learn.hidden.guess.answer":
    "三个：两条线总有一边是敞开的，三条线才围得成三角形。训练找不找得到，要看初始权重；神经元多一些，就更容易找到。",
  "learn.hidden.points": "点的分布",
  "learn.hidden.points.line": "两半",
  "learn.hidden.points.corners": "四个角",
  "learn.hidden.points.ring": "圆环",
  "learn.hidden.points.moons": "两个月牙",
  "learn.hidden.map": (accuracy, steps) =>
    `两种颜色的点，以及网络在各处的回答：走了 ${steps} 步，点认对了 ${accuracy}`,
  "learn.hidden.neurons": "隐藏的神经元",
  "learn.hidden.none": "没有隐藏层：只有一条直线。",
  "learn.hidden.lines": "每条虚线是一个神经元开始有反应的地方。",
  "learn.hidden.train": "训练",
  "learn.hidden.again": "换一组初始权重",
  "learn.hidden.state": (steps, loss, accuracy) => `走了 ${steps} 步：损失 ${loss}，点认对了 ${accuracy}。`,
  "learn.hidden.mnist": "同样的事放到 MNIST 上，784 个输入、十个输出：到“训练”里选带隐藏层的网络",

  "learn.backprop": "反向传播",
  "learn.backprop.title": "反向传播：错该算在谁头上",
  "learn.backprop.text":
    "一个数字往前走：像素，八个隐藏的神经元，十个概率，最后是损失。现在损失往回走。每个得分的梯度就是 y − 标签。\n每个隐藏的神经元把这些差收集起来，各乘上它们之间的权重；刚才没有反应的，什么也收不到。从像素来的每个权重，得到的是神经元的梯度乘上那个像素的墨：它就动这么多。",
  "learn.backprop.try":
    "先走一步，再走二十步：损失降下来，哪些数跟着变小？神经元权重的变化，为什么看起来就像这个字？",
  "learn.backprop.guess":
    "权重一开始是随机的。网络只看这一个数字，走二十步。走完以后，正确答案的概率有多大？",
  "learn.backprop.guess.fifth": "20% 左右",
  "learn.backprop.guess.half": "一半左右",
  "learn.backprop.guess.sure": "90% 以上",
  "learn.backprop.guess.task": "现在试试：走二十步。",
  "learn.backprop.guess.answer": (probability) =>
    `${probability}：只有一张图，很快就背下来了。真正训练的时候，每一步还要照顾别的图片，要走几千步才能让大家都满意。`,
  "learn.backprop.meant": "我写的是几",
  "learn.backprop.weights": (neuron) => `第 ${neuron} 个神经元的权重`,
  "learn.backprop.change": (neuron) => `这一步怎样改它们（第 ${neuron} 个神经元）`,
  "learn.backprop.neuron": "跟着哪个神经元看",
  "learn.backprop.flow": (neuron, answer, gradient, label) =>
    `右边是十个概率，标签 ${label} 加了框，旁边是 y − 标签。每个差乘上中间的权重，流回第 ${neuron} 个神经元（它刚才的反应是 ${answer}），加起来就是它的梯度 ${gradient}。`,
  "learn.backprop.step": "往下走一步",
  "learn.backprop.steps": "走二十步",
  "learn.backprop.state": (steps, loss, probability) =>
    `在这个字上走了 ${steps} 步：损失 ${loss}，正确答案的概率 ${probability}。`,

  "learn.convolution": "卷积",
  "learn.convolution.title": "卷积：小窗口在字上滑过",
  "learn.convolution.text":
    "模板一次看整张图，字挪了两个像素就对不上了。卷积只透过 3x3 像素的小窗口看：九个像素乘上九个权重，加起来，再挪到下一处。\n这些和组成一张新的图，叫特征图，看得出哪里有边、哪里有线。池化在每四个里只留最大的一个，不再计较到底在哪里。",
  "learn.convolution.try": "把窗口移到一竖上，再移到一横上：哪个卷积核看得见哪一笔？池化以后还剩下什么？",
  "learn.convolution.guess": "1 就是竖着的一笔。哪个卷积核扫过去，特征图上剩下的最少？",
  "learn.convolution.guess.task": "现在试试：选数字 1，把卷积核一个一个换过来，最后换“从上到下变化”。",
  "learn.convolution.guess.answer":
    "“从上到下变化”比的是上面和下面。沿着竖笔，上下都一样，加起来是 0，只剩两头和歪着的地方。",
  "learn.convolution.picture": "指着字，或者用方向键，移动窗口。",
  "learn.convolution.map": "特征图，26x26",
  "learn.convolution.pooled": "池化以后，13x13",
  "learn.convolution.filter": "卷积核",
  "learn.convolution.filter.vertical": "从左到右变化",
  "learn.convolution.filter.horizontal": "从上到下变化",
  "learn.convolution.filter.slanted": "斜着变化",
  "learn.convolution.filter.spot": "四周的边",
  "learn.convolution.filter.blur": "取平均",
  "learn.convolution.window": (row, column) => `窗口在第 ${row} 行、第 ${column} 列`,
  "learn.convolution.sum": (sum) => `九个乘积加起来是 ${sum}。`,
  "learn.convolution.relu": "ReLU：负的和变成 0",
};
