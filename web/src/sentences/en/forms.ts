export const forms = {
  "forms.title": "Forms",
  "forms.lead":
    "Check a table that shuzi form read has read: open its .json file, or drop it here. The most doubtful cells come first, each with its picture.",
  "forms.open": "Open a table",
  "forms.wrong": (name: string) =>
    `${name} is not a table. Make one with shuzi form read PHOTOS --spec SPEC --out table.json.`,
  "forms.csv": "Save CSV",
  "forms.json": "Save JSON",
  "forms.undo": "Undo",
  "forms.undone": "Undone.",
  "forms.close": "Close",
  "forms.close.sure": "Close the table? What you corrected is lost unless you have saved it.",
  "forms.remaining": (count: number) => (count === 1 ? "1 cell to check" : `${count} cells to check`),
  "forms.done": "Every doubtful cell has been checked.",
  "forms.problems": (count: number) =>
    count === 1 ? "1 problem with photographs or pages" : `${count} problems with photographs or pages`,
  "forms.cell": "Cell to check",
  "forms.of_row": (label: string, row: number) => `${label}, row ${row}`,
  "forms.picture": (label: string, row: number) => `${label} of row ${row}, as written`,
  "forms.no_picture": "No picture: this cell is not in doubt.",
  "forms.confirm": "Confirm",
  "forms.keys":
    "Type to correct. Enter: accept and go to the next doubtful cell. Arrows: neighbouring cell. Ctrl+Z: undo.",
  "forms.row": "Row",
  "forms.doubtful": "to check",
  "forms.photo": "photo",
};
