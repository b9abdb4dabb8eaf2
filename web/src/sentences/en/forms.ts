export const forms = {
  "forms.title": "Forms",
  "forms.lead":
    "From photographs of filled sheets to a checked table: the doubtful cells come first, each with its picture.",
  "forms.open": "Open a table",
  "forms.kept_elsewhere": (n: number) =>
    n === 1
      ? "A table from another tab, now closed, is kept with what was written."
      : `${n} tables from other tabs, now closed, are kept with what was written.`,
  "forms.open.about": "The .json file that shuzi form read wrote, or that was saved here.",
  "forms.wrong": (name: string) =>
    `${name} is not a table. Make one with shuzi form read PHOTOS --spec SPEC --out table.json.`,
  "forms.no_service":
    "Photographs are read by the service, which this page does not have: install shuzi and run shuzi serve. A table that was read can be opened, checked and saved here.",
  "forms.review.failed": (why: string) => `The table to review cannot be fetched. ${why}`,
  "forms.read": "Read sheets",
  "forms.read.choose": "Choose photographs",
  "forms.read.drop": "or drop them here: photographs, scans, PDFs; also a spec with its roster",
  "forms.read.photographs": "Photographs to read",
  "forms.read.remove": (name: string) => `Remove ${name}`,
  "forms.read.go": "Read",
  "forms.read.busy": (count: number, seconds: number) =>
    `Reading ${count === 1 ? "1 file" : `${count} files`}: ${seconds} s`,
  "forms.read.waits": (seconds: number) => `The service is busy; trying again in ${seconds} s`,
  "forms.read.stop": "Stop",
  "forms.read.stopped": "Stopped. The photographs are still here.",
  "forms.read.done": (rows: number) => (rows === 1 ? "1 row was read." : `${rows} rows were read.`),
  "forms.read.nothing":
    "Nothing could be read. The photographs are still here: replace those that are named.",
  "forms.read.no_photographs": "Choose photographs first.",
  "forms.read.no_sheets": "Choose first which sheets these are; your own spec is a .toml file.",
  "forms.read.many": (most: number) =>
    `More than ${most} files are too many at once. Read the others afterwards, or all with shuzi form read.`,
  "forms.read.large":
    "The files, with the digits that this browser keeps, are larger than 20 MB together. Remove some, or read all with shuzi form read.",
  "forms.read.without_hand": (why: string) => `This was read without the digits that you corrected. ${why}`,
  "forms.sheets": "Which sheets",
  "forms.sheets.choose": "Choose…",
  "forms.sheets.table": "A ruled table, without a spec",
  "forms.sheets.ready": "Sheets that come with shuzi",
  "forms.sheets.own": "My own, by their spec",
  "forms.sheets.spec": "Spec (.toml)",
  "forms.sheets.roster": "Roster (.csv)",
  "forms.sheets.blank": "Blank form (.png)",
  "forms.sheets.about":
    "The spec that the sheets were made from; with it the roster that it names, or the blank form if it was traced.",
  "forms.hand": (count: number) =>
    count === 1
      ? "This browser keeps 1 digit that you corrected."
      : `This browser keeps ${count} digits that you corrected.`,
  "forms.again": "Back to the photographs",
  "forms.csv": "Save CSV",
  "forms.xlsx": "Save XLSX",
  "forms.xlsx.none": "The service writes XLSX, which this page does not have: run shuzi serve.",
  "forms.xlsx.failed": (why: string) => `Not saved. ${why}`,
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
  "forms.sheet": (name: string) => `The sheet on ${name}, with the cell framed`,
  "forms.sheet.near": "Enlarge",
  "forms.confirm": "Confirm",
  "forms.keys":
    "Type to correct. Enter: accept and go to the next doubtful cell. Arrows: neighbouring cell. Ctrl+Z: undo.",
  "forms.row": "Row",
  "forms.doubtful": "to check",
  "forms.photo": "photo",
};
