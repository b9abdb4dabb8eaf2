/** What can go wrong, with a name for programs and a sentence for people. */
import { MAX_PIXELS } from "../src/generated/limits.js";
import type { Language } from "./types.js";

type Values = Readonly<Record<string, string | number>>;

const SENTENCES = {
  "picture.kind": {
    en: "A picture is a Blob, an ImageBitmap, an ImageData, an img or canvas element, or { width, height, data }, and not {given}.",
    zh: "图片可以是 Blob、ImageBitmap、ImageData、img 或 canvas 元素，或 { width, height, data }，不能是 {given}。",
  },
  "picture.size": {
    en: "width and height are whole numbers of pixels from 1, and not {width} and {height}.",
    zh: "width 和 height 应是不小于 1 的整数，而不是 {width} 和 {height}。",
  },
  "picture.bytes": {
    en: "data is a Uint8Array or Uint8ClampedArray with values from 0 to 255, and not {given}.",
    zh: "data 应是 Uint8Array 或 Uint8ClampedArray，值从 0 到 255，而不是 {given}。",
  },
  "picture.length": {
    en: "A picture of {width} x {height} pixels has {grey} bytes if it is grey, {rgb} in RGB or {rgba} in RGBA; data has {given}.",
    zh: "{width} x {height} 像素的图片，灰度应有 {grey} 个字节，RGB 应有 {rgb} 个，RGBA 应有 {rgba} 个；data 有 {given} 个。",
  },
  "picture.file": {
    en: "This browser cannot open the file as a picture. Convert it to PNG or JPEG.",
    zh: "浏览器无法把这个文件当作图片打开。请转换成 PNG 或 JPEG。",
  },
  "picture.decoder": {
    en: "There is nothing here that opens picture files. Decode the file first, for example with pngjs, and pass { width, height, data }.",
    zh: "这里没有能打开图片文件的程序。请先解码，例如用 pngjs，再传入 { width, height, data }。",
  },
  "picture.loading": {
    en: "The img element shows no picture: it has no src, or its file is missing or damaged.",
    zh: "img 元素里没有图片：没有 src，或文件缺失、损坏。",
  },
  "picture.foreign": {
    en: "The browser does not hand out the pixels of another site's picture. Serve it from your own, or load it with crossorigin if that site allows it.",
    zh: "浏览器不给出别的网站的图片的像素。请放到自己的网站上；如果对方允许，也可以加上 crossorigin 再加载。",
  },
  "picture.large": {
    en: `The picture has more than ${MAX_PIXELS / 1e6} million pixels. Make it smaller.`,
    zh: `图片超过 ${MAX_PIXELS / 1e4} 万像素。请缩小。`,
  },
  "model.file": {
    en: "{file} is missing or damaged. If your bundler moves the package's modules, copy its folder models too and name it: load({ models: … }).",
    zh: "{file} 缺失或损坏。如果打包工具移动了模块，请把包里的 models 文件夹一起复制，并用 load({ models: … }) 指出。",
  },
  "option.model": {
    en: "There is no model {given}; there are default, tiny and softmax.",
    zh: "没有模型 {given}；有 default、tiny 和 softmax。",
  },
  "option.language": {
    en: "Messages are in en or zh, and not in {given}.",
    zh: "消息的语言是 en 或 zh，没有 {given}。",
  },
  "closed.reader": { en: "The reader is closed.", zh: "已经关闭，不能再读。" },
  "closed.worker": {
    en: "The worker has stopped, or was not started: {reason}",
    zh: "worker 停止了，或没能启动：{reason}",
  },
} as const;

export type Key = keyof typeof SENTENCES;

/** The base of all errors of the package. */
export class ShuziError extends Error {
  override name = "ShuziError";
  /** What went wrong, for programs: such as "picture.large". */
  readonly key: Key;
  readonly values: Values;

  constructor(key: Key, values: Values = {}, language: Language = "en") {
    const sentence: string = SENTENCES[key][language];
    super(sentence.replaceAll(/\{(\w+)\}/g, (whole, value: string) => String(values[value] ?? whole)));
    this.key = key;
    this.values = values;
  }
}

/** The picture cannot be read: it is of another kind, too large, or cannot be opened. */
export class PictureError extends ShuziError {
  override name = "PictureError";
}

/** A model's file cannot be had. */
export class ModelError extends ShuziError {
  override name = "ModelError";
}

/** An option has a value that there is not. */
export class OptionError extends ShuziError {
  override name = "OptionError";
}

/** The reader was closed, or its worker has stopped. */
export class ClosedError extends ShuziError {
  override name = "ClosedError";
}

const CLASSES = { picture: PictureError, model: ModelError, option: OptionError, closed: ClosedError };

/** An error of the class that its key begins with. */
export function errorOf(key: Key, values: Values = {}, language: Language = "en"): ShuziError {
  const Class = CLASSES[key.split(".")[0] as keyof typeof CLASSES];
  return new Class(key, values, language);
}

/** @throws OptionError */
export function checkLanguage(language: unknown): asserts language is Language {
  if (language !== "en" && language !== "zh") throw errorOf("option.language", { given: String(language) });
}
