"""Six forms without markers on which fields are more than boxes: drawn once, before any tuning.

Bank slip, school form, meter card, delivery note, tax sheet and lab sheet, in English, Chinese or both: boxes, combs,
combs of which only the base line and its ticks are printed, underscores, dotted lines, faint lines, and tables of
which some cells are printed and others are to be filled in.
"""

from __future__ import annotations

from collections.abc import Callable

from labelled_form import LabelledForm
from layouts import Layout

from shuzi.ink.boxes import Box

_FAINT, _THIN = 205, 0.15  # grey level and millimetres of faint lines


def _slip(draw: LabelledForm) -> None:
    draw.pdf.set_fill_color(222)
    draw.pdf.rect(0, 0, 210, 13, "F")
    draw.text(10, 9, "HARBOUR SAVINGS BANK", 14, "B")
    draw.text(150, 9, "Paying-in slip", 12)
    draw.text(10, 19.5, "Account number", 8)
    draw.ticked("account", "Account number", 10, 21, 14)
    draw.text(110, 19.5, "Sort code", 8)
    draw.ticked("sort", "Sort code", 110, 21, 6)
    draw.text(10, 37.5, "Amount", 8)
    draw.row("amount", "Amount", 10, 39, 8, 2)
    draw.text(75, 37.5, "Reference", 8)
    draw.pdf.set_draw_color(90)
    draw.box("reference", "Reference", Box(75, 39, 60, 9), 8)
    draw.text(145, 46, "Branch", 9)
    draw.ruled("branch", "Branch", 160, 46, 4)
    draw.text(10, 62, "Cheque no.", 9)
    draw.ruled("cheque", "Cheque no.", 32, 62, 7, ".")
    draw.text(95, 62, "Telephone", 9)
    draw.ruled("telephone", "Telephone", 114, 62, 10, ".")
    draw.pdf.set_dash_pattern(1.5, 1.5)
    draw.pdf.line(4, 70, 206, 70)
    draw.pdf.set_dash_pattern()
    draw.text(10, 77, "Customer copy", 10, "B")
    draw.text(10, 86, "Amount again", 9)
    draw.row("again", "Amount again", 40, 80.5, 6)
    draw.text(95, 86, "Slip", 9)
    draw.ticked("slip", "Slip", 105, 79, 5, whole=False)
    draw.text(10, 99, "Keep this part until the amount stands on your statement. Form 114-C, Harbour Savings Bank", 7)


def _school(draw: LabelledForm) -> None:
    draw.text(70, 22, "学生情况登记表", 20)
    draw.text(20, 32, "请用黑色或蓝色的笔填写，一格一个数字，本周五以前交给班主任。", 9)
    draw.text(20, 45.5, "学号", 11)
    draw.row("pupil", "学号", 45, 40, 10)
    draw.text(125, 45.5, "座号", 11)
    draw.ruled("seat", "座号", 140, 45.5, 3)
    draw.text(20, 60.5, "出生年份", 11)
    draw.row("birth", "出生年份", 45, 55, 4)
    draw.text(85, 60.5, "邮政编码", 11)
    draw.row("postcode", "邮政编码", 110, 55, 6, wide=6.5)
    draw.text(20, 76, "家庭电话", 11)
    draw.ruled("home", "家庭电话", 45, 76, 11, ".")
    draw.text(130, 76, "门牌号", 11)
    draw.ruled("house", "门牌号", 150, 76, 4, ".")
    draw.text(20, 92, "身高（厘米）", 11)
    draw.ruled("height", "身高（厘米）", 52, 92, 4)
    draw.text(100, 92, "体重（公斤）", 11)
    draw.ruled("weight", "体重（公斤）", 132, 92, 4)
    draw.text(20, 106, "家庭成员", 12)
    draw.pdf.set_draw_color(60)
    rows = [["成员", "年龄", "联系电话"], ["父亲", "", ""], ["母亲", "", ""], ["其他监护人", "", ""]]
    draw.table("family", (20, 110), [40, 30, 75], rows, 10)
    draw.text(20, 166, "上学期成绩", 12)
    rows = [["科目", "期中", "期末"], ["语文", "", ""], ["数学", "", ""], ["英语", "", ""]]
    draw.table("marks", (20, 170), [40, 30, 30], rows, 10)
    draw.text(20, 230, "校车线路", 11)
    draw.ticked("bus", "校车线路", 45, 224, 3, whole=False)
    draw.text(100, 230, "兄弟姐妹人数", 11)
    draw.row("siblings", "兄弟姐妹人数", 132, 224.5, 1)
    draw.text(20, 250, "以上内容只用于本校的日常联系，不会转给任何人。家长可以随时查看，并要求更正。", 8)
    draw.text(20, 270, "家长签名", 11)
    draw.text(20, 285, "第三中学教务处印制", 8)


def _meter(draw: LabelledForm) -> None:
    draw.text(8, 12, "Northern Water and Power", 13, "B")
    draw.text(100, 12, "Meter card 3", 11)
    draw.text(8, 18, "Please read all meters on one day and send this card back by the 15th.", 7.5)
    draw.text(8, 29, "Customer no.", 9)
    draw.ticked("customer", "Customer no.", 34, 23, 9)
    draw.text(94, 29, "Code", 9)
    draw.row("code", "Code", 105, 23, 5)
    for number, kind in enumerate(("Electricity", "Gas", "Water")):
        y = 37 + 13 * number
        draw.text(8, y + 5.5, kind, 10, "B")
        draw.row(f"reading{number}", kind, 34, y, 7, 1)
        draw.text(84, y + 5.5, "Meter", 9)
        draw.ticked(f"meter{number}", "Meter", 96, y, 7, whole=False)
    draw.text(8, 84, "Telephone", 9)
    draw.ruled("telephone", "Telephone", 27, 84, 9, ".")
    draw.text(94, 84, "Persons", 9)
    draw.ruled("persons", "Persons", 110, 84, 2)
    draw.text(8, 98, "Read by the customer. Estimated readings are marked with an E on the bill.", 7)


def _delivery(draw: LabelledForm) -> None:
    draw.text(15, 18, "DELIVERY NOTE", 20, "B")
    draw.text(130, 14, "Brandt & Daughters, Fruit", 10, "B")
    draw.text(130, 19, "7 Quay Street, open 5 to 13", 8)
    draw.text(15, 33.5, "Order no.", 10)
    draw.row("order", "Order no.", 35, 28, 7)
    draw.text(95, 33.5, "Customer no.", 10)
    draw.ticked("customer", "Customer no.", 122, 28, 6)
    draw.text(15, 47, "Pallets", 10)
    draw.ruled("pallets", "Pallets", 35, 47, 3)
    draw.text(75, 47, "Crates", 10)
    draw.ruled("crates", "Crates", 92, 47, 4)
    draw.text(135, 47, "Weight in kg", 10)
    draw.ruled("weight", "Weight in kg", 160, 47, 5, ".")
    draw.pdf.set_draw_color(40)
    goods = ["Apples, red", "Pears", "Plums", "Grapes, white", "Lemons", "Oranges", "Bananas", "Kiwis", "Melons"]
    rows = [["Item", "Description", "Ordered", "Delivered", "Returned"]]
    rows += [[f"{2041 + 317 * n % 811}", good, f"{12 + 7 * n}", "", ""] for n, good in enumerate(goods)]
    draw.table("goods", (15, 58), [22, 55, 24, 42, 36], rows, 10.5)
    draw.text(15, 180, "Driver no.", 10)
    draw.ticked("driver", "Driver no.", 40, 173.5, 5, whole=False)
    draw.text(95, 180, "Kilometres", 10)
    draw.row("kilometres", "Kilometres", 122, 174, 6)
    draw.text(15, 205, "Received in good order", 9)
    draw.text(15, 225, "Complaints are to be made within two days. The goods stay ours until they are paid for.", 8)
    draw.text(15, 285, "Brandt & Daughters, registered under 48 213, page 1 of 1", 7)


def _tax(draw: LabelledForm) -> None:
    draw.text(62, 20, "小规模纳税人申报表", 18)
    draw.text(15, 29, "金额单位：元。请按实际发生额填写，不发生的填 0。", 9)
    draw.pdf.set_line_width(_THIN)
    draw.text(15, 42.5, "纳税人识别号", 10)
    draw.ticked("payer", "纳税人识别号", 45, 36.5, 18)
    draw.text(15, 57.5, "所属年份", 10)
    draw.row("year", "所属年份", 45, 52, 4)
    draw.text(85, 57.5, "月份", 10)
    draw.row("month", "月份", 97, 52, 2)
    draw.text(125, 57.5, "附件", 10)
    draw.ruled("papers", "附件", 138, 57.5, 3)
    draw.pdf.set_draw_color(_FAINT)
    rows = [["项目", "本期数", "本年累计"]]
    rows += [[text, "", ""] for text in ("销售额", "免税销售额", "应纳税额", "已预缴税额", "减免税额", "应补税额")]
    draw.table("sums", (15, 68), [60, 58, 58], rows, 11)
    draw.text(15, 162, "银行账号", 10)
    draw.ruled("bank", "银行账号", 40, 162, 16, ".")
    draw.text(15, 177, "办税人电话", 10)
    draw.ruled("agent", "办税人电话", 40, 177, 11)
    draw.text(130, 177, "员工人数", 10)
    draw.ruled("staff", "员工人数", 152, 177, 4)
    draw.pdf.set_draw_color(150)
    draw.text(15, 193, "实缴金额", 10)
    draw.row("paid", "实缴金额", 45, 187.5, 9, 2)
    draw.text(15, 215, "本表一式两份，一份由纳税人留存，一份报送主管税务机关。逾期申报的，按有关规定处理。", 8)
    draw.text(15, 224, "声明：此表是按照国家税收法律的规定填报的，内容真实、可靠、完整。", 8)
    draw.text(15, 285, "表号 A-06  税务局监制", 8)


def _lab(draw: LabelledForm) -> None:
    draw.text(20, 20, "Clinical laboratory", 16, "B")
    draw.text(120, 20, "临床检验报告单", 14)
    draw.text(20, 27, "Write results on the lines, patient and sample numbers one digit in each box.", 8)
    draw.pdf.set_line_width(_THIN)
    draw.text(20, 41, "Patient 病人编号", 10)
    draw.row("patient", "Patient 病人编号", 58, 35.5, 8)
    draw.text(120, 41, "Age 年龄", 10)
    draw.row("age", "Age 年龄", 142, 35.5, 3)
    draw.text(20, 55, "Sample 样本", 10)
    draw.ticked("sample", "Sample 样本", 58, 48.5, 9, whole=False)
    draw.text(130, 55, "Bed 床号", 10)
    draw.ruled("bed", "Bed 床号", 150, 55, 3)
    tests = [("Glucose 葡萄糖", "mmol/L"), ("Creatinine 肌酐", "umol/L"), ("Urea 尿素", "mmol/L"),
             ("Cholesterol 胆固醇", "mg/dL"), ("ALT 谷丙转氨酶", "U/L"), ("AST 谷草转氨酶", "U/L")]  # fmt: skip
    for number, (name, unit) in enumerate(tests):
        y = 74 + 13 * number
        draw.text(20, y, name, 10)
        draw.ruled(f"test{number}", name, 65, y, 5, ".", 10)
        draw.text(105, y, unit, 9)
        draw.text(130, y, "Repeat 复查", 9)
        draw.ruled(f"repeat{number}", "Repeat 复查", 155, y, 4, "_", 10)
    draw.text(20, 160, "Blood count 血常规", 12)
    draw.pdf.set_draw_color(_FAINT)
    rows = [["Test 项目", "Result 结果", "Range 参考值"]]
    rows += [["WBC 白细胞", "", "4 - 10"], ["RBC 红细胞", "", "380 - 580"], ["PLT 血小板", "", "125 - 350"],
             ["HGB 血红蛋白", "", "115 - 175"]]  # fmt: skip
    draw.table("blood", (20, 165), [50, 50, 40], rows, 10)
    draw.pdf.set_draw_color(120)
    draw.text(20, 236, "Technician 检验员", 10)
    draw.ticked("technician", "Technician 检验员", 62, 229.5, 5)
    draw.text(110, 236, "Hour 时", 10)
    draw.row("hour", "Hour 时", 130, 230.5, 2)
    draw.text(20, 255, "Results hold for this sample only. 本报告仅对该样本负责。", 8)


_FORMS: dict[str, tuple[Callable[[LabelledForm], None], tuple[float, float]]] = {
    "bank slip": (_slip, (210.0, 105.0)),
    "school form": (_school, (210.0, 297.0)),
    "meter card": (_meter, (148.0, 105.0)),
    "delivery note": (_delivery, (210.0, 297.0)),
    "tax sheet": (_tax, (210.0, 297.0)),
    "lab sheet": (_lab, (210.0, 297.0)),
}


def six_forms(*names: str) -> list[Layout]:
    """Print all six, or those of these names."""
    printed = []
    for name in names or _FORMS:
        draw, size = _FORMS[name]
        form = LabelledForm(size)
        draw(form)
        printed.append(form.finished(name))
    return printed
