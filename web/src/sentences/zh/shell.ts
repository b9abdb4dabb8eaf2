import type { shell as english } from "../en/shell";
import type { Translation } from "../translation";

export const shell: Translation<typeof english> = {
  "shell.skip": "跳到正文",
  "shell.views": "页面",
  "shell.language": "语言",
  "shell.theme.now": (name) => `主题：${name}`,
  "shell.theme.system": "跟随系统",
  "shell.theme.light": "浅色",
  "shell.theme.dark": "深色",
  "shell.local": "一切都在这台机器上运行，你写的字不会离开它。",
  "shell.service": (host) =>
    `你写的字就在这个浏览器里识别。表格、PDF 和 HEIC 文件、用 TensorFlow 的训练，交给 ${host} 上的服务。`,
  "shell.source": "给程序用的接口",
  "shell.more": "更多",
  "about.open": "关于",
  "about.title": "关于 shuzi",
  "about.text":
    "shuzi 读手写的数，训练会读数的网络，也讲明白其中的道理。你写的、改的、训练的，除了你自己运行的 shuzi 服务，哪里也不去。",
  "about.version": "版本",
  "about.course": "课程",
  "about.course.open": "一课一个新想法，从一条直线讲到你自己写的字",
  "about.course.file": "一课一个新想法，在 shuzi 的文件夹里：",
  "about.source": "源代码",
  "about.licence": "许可证",
  "about.licence.text":
    "shuzi 用 Apache-2.0 许可证。MNIST 由 Yann LeCun、Corinna Cortes、Christopher J.C. Burges 制作，许可证是 CC BY-SA 3.0。模型学过的笔迹来自 UNIPEN（doi 10.5281/zenodo.1195803），登记簿来自 LECTAUREP, Notaires de Paris（github.com/HTR-United/lectaurep-repertoires），整页的图片还来自 L. Louis 的 Tables décennales（github.com/Lucie-Louis/Tables_decennales_HTR），许可证都是 CC BY 4.0。",
  "about.close": "关闭",
  "view.write": "写",
  "view.forms": "表格",
  "view.learn": "学",
  "view.models": "模型",
  "error.unreachable": "服务没有回应。shuzi serve 还开着吗？",
  "error.no_service": "这要用到服务：请安装 shuzi，再运行 shuzi serve。",
  "error.unexpected": (status) => `服务出错了（${status}）。请再试一次。`,
  "error.busy": (seconds) => `服务正忙，${seconds} 秒后再试。`,
  "error.again": "再试一次",
  "token.needed": "这个服务需要令牌，请向管理服务的人要。",
  "token.refused": "服务不接受这个令牌，请换一个。",
  "token.give": "继续",
  "storage.title": "存储",
  "storage.refused":
    "这个浏览器不让网页存东西：无痕窗口都这样，直接从硬盘打开的文件有时也这样。刷新或关掉页面，写的、改的、留下的就都没有了。请改存成文件。",
  "storage.full":
    "浏览器给这个网页的空间用完了：眼前的内容有一部分没存下来，刷新或关掉页面就没有了。请存成文件，或者腾出空间：关掉图片和表格，去掉留下的字。",
  "shell.kept_elsewhere.open": "在新标签页里打开",
  "storage.understood": "知道了",
};
