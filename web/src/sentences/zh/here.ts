import type { here as english } from "../en/here";
import type { Translation } from "../translation";

export const here: Translation<typeof english> = {
  "here.picture":
    "浏览器不能把这个文件当图片打开。请存成 PNG 或 JPEG；HEIC 和 TIFF 要用 shuzi serve 才能读。",
  "here.large": "图片太大，这里读不了：最多 5,000 万像素。",
  "here.file": "模型没能加载。请检查网络，再试一次。",
  "here.fault": "这个浏览器没能读出这张图片，换新一点的浏览器也许可以。",
  "here.pdf": "PDF 只有服务能读：请安装 shuzi，运行 shuzi serve；也可以把那一页存成图片。",
  "here.model": "这个网页只带有 shuzi 自带的模型，请从中选一个。",
  "here.own": "在网页里训练的网络，只能认浏览器打得开的图片。要认这个文件，请换一个模型。",
};
