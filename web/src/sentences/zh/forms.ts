import type { forms as english } from "../en/forms";
import type { Translation } from "../translation";

export const forms: Translation<typeof english> = {
  "forms.title": "表格",
  "forms.lead":
    "核对 shuzi form read 读出的数据表：打开它的 .json 文件，或拖到这里。最没把握的格子排在最前面，旁边附有原图。",
  "forms.open": "打开数据表",
  "forms.wrong": (name) =>
    `${name} 不是数据表。请用 shuzi form read 照片 --spec 说明 --out table.json 得到一个。`,
  "forms.csv": "存为 CSV",
  "forms.json": "存为 JSON",
  "forms.undo": "撤销",
  "forms.undone": "已撤销。",
  "forms.close": "关闭",
  "forms.close.sure": "要关闭这张表吗？没有存下来的修改会丢掉。",
  "forms.remaining": (count) => `还有 ${count} 格要核对`,
  "forms.done": "没把握的格子都核对过了。",
  "forms.problems": (count) => `有 ${count} 张照片或页面有问题`,
  "forms.cell": "要核对的格子",
  "forms.of_row": (label, row) => `${label}，第 ${row} 行`,
  "forms.picture": (label, row) => `第 ${row} 行“${label}”的原图`,
  "forms.no_picture": "没有图：这一格没有疑问。",
  "forms.confirm": "确认",
  "forms.keys": "直接输入就能改。回车：确认，并到下一个没把握的格子。方向键：旁边的格子。Ctrl+Z：撤销。",
  "forms.row": "行",
  "forms.doubtful": "需要核对",
  "forms.photo": "照片",
};
