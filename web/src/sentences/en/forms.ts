export const forms = {
  "forms.lead":
    "From photographs of filled sheets to a checked table: the doubtful cells come first, each with its picture.",
  "forms.open": "Open a table",
  "forms.kept_elsewhere": (n: number) =>
    n === 1
      ? "A table from another tab, now closed, is kept with its changes."
      : `${n} tables from other tabs, now closed, are kept with their changes.`,
  "forms.open.about": "The .json file that shuzi form read wrote, or that was saved here.",
  "forms.wrong": (name: string) =>
    `${name} is not a table. Make one with shuzi form read PHOTOS --spec SPEC --out table.json.`,
  "forms.no_service":
    "Photographs are read by the service, which this page does not have: install shuzi and run shuzi serve. A table that was read can be opened, checked and saved here.",
  "forms.no_service.type":
    "Photographs are read by the service, which this page does not have. Type this in shuzi’s folder: the first two lines make a page that reads them, the last reads them without one. The table that it writes can be opened, checked and saved here.",
  "forms.review.failed": (why: string) => `The table to review cannot be fetched. ${why}`,
  "forms.read": "Read sheets",
  "forms.read.choose": "Choose photographs",
  "forms.read.drop": "or drop them here: photographs, scans, PDFs; also a spec with its roster",
  "forms.sample": "Try a sample sheet",
  "forms.sample.about": "Seven students’ exam scores, photographed. One sum is wrong: find out why.",
  "forms.sample.earlier": "So this is what was read from the sample earlier.",
  "forms.read.photographs": "Photographs to read",
  "forms.read.remove": (name: string) => `Remove ${name}`,
  "forms.read.go": "Read",
  "forms.read.busy": (count: number, seconds: number) =>
    `Reading ${count === 1 ? "1 file" : `${count} files`}: ${seconds} s`,
  "forms.read.waits": (seconds: number) => `The service is busy; trying again in ${seconds} s`,
  "forms.read.stopped": "Stopped. The photographs are still here.",
  "forms.read.done": (rows: number) => (rows === 1 ? "1 row was read." : `${rows} rows were read.`),
  "forms.read.nothing":
    "Nothing could be read. The photographs are still here: replace those that are named.",
  "forms.read.no_photographs": "Choose photographs first.",
  "forms.read.no_sheets": "Choose first which sheets these are; your own spec is a .toml file.",
  "forms.read.no_blank": "Choose a picture of the blank form first.",
  "forms.read.some": (done: number, count: number, seconds: number) =>
    `Reading: ${done} of ${count} files are done, ${seconds} s`,
  "forms.read.same": (name: string, first: string) =>
    `${name} is the same file as ${first} and was read once.`,
  "forms.read.unread": (name: string) => `${name} was not read.`,
  "forms.read.enough": "You stopped there.",
  "forms.read.partly": (done: number, count: number, why: string) =>
    `These results are from ${done} of ${count} files. ${why} The photographs are still here: go back to them to read them all.`,
  "forms.read.large":
    "A file is larger than 20 MB, counting earlier results. Remove it, or read everything with shuzi form read.",
  "forms.sheets": "Which sheets",
  "forms.sheets.choose": "Choose…",
  "forms.sheets.table": "A ruled table, without a spec",
  "forms.sheets.rows": "Rows",
  "forms.sheets.columns": "Columns",
  "forms.sheets.shape": "Optional. Without them, a table whose lines cannot all be seen is marked doubtful.",
  "forms.sheets.ready": "Sheets that come with shuzi",
  "forms.sheets.own": "My own, with a spec",
  "forms.sheets.spec": "Spec (.toml)",
  "forms.sheets.roster": "Roster (.csv)",
  "forms.sheets.blank": "Blank form (.png)",
  "forms.sheets.about":
    "The spec that the sheets were made from; with it the roster that it names, or the blank form if it was traced.",
  "forms.sheets.trace": "My own form, from a blank one",
  "forms.trace.choose": "Choose the blank form",
  "forms.trace.another": "Choose another form",
  "forms.trace.about":
    "A scan, a PDF or a photograph of a blank form, upright and whole; or drop it here. The empty boxes printed on it become fields.",
  "forms.trace.paper": "Paper",
  "forms.trace.page": "Page",
  "forms.trace.busy": "Looking for the boxes",
  "forms.trace.found": (fields: number) =>
    fields === 0
      ? "No field was found."
      : fields === 1
        ? "1 field was found."
        : `${fields} fields were found.`,
  "forms.trace.look": (fields: number) =>
    fields === 0
      ? "No empty boxes were found. Say where the fields are with shuzi form trace --fields."
      : `${fields === 1 ? "1 field was found" : `${fields} fields were found`}. Name them, leave out those that are not fields, and choose photographs of filled forms above.`,
  "forms.trace.left_out": (count: number) =>
    `${count} more ${count === 1 ? "field was" : "fields were"} found than a spec may have. Say which ones you need with shuzi form trace --fields.`,
  "forms.trace.picture": (fields: number) =>
    `The blank form, with ${fields === 1 ? "1 field" : `${fields} fields`} numbered`,
  "forms.trace.title": "Title",
  "forms.trace.fields": "Fields of the form",
  "forms.trace.name": (field: number) => `Name of field ${field}`,
  "forms.trace.kind": (field: number) => `Kind of field ${field}`,
  "forms.trace.kind.number": "number",
  "forms.trace.kind.identifier": "identifier (007 stays 007)",
  "forms.trace.kind.date": "date",
  "forms.trace.kind.time": "time of day",
  "forms.trace.kind.phone": "phone number",
  "forms.trace.kind.card": "bank card number",
  "forms.trace.kind.iban": (country: string) => `IBAN (${country} is printed)`,
  "forms.trace.leave_out": "Leave out",
  "forms.trace.leave_out.field": (field: number) => `Leave out field ${field}`,
  "forms.trace.split": "Split",
  "forms.trace.split.field": (field: number) => `Split field ${field}: each box is an answer of its own`,
  "forms.trace.style.boxes": (boxes: number) => (boxes === 1 ? "1 box" : `${boxes} boxes`),
  "forms.trace.style.comb": (boxes: number) => `a comb for ${boxes} ${boxes === 1 ? "digit" : "digits"}`,
  "forms.trace.style.open": (boxes: number) =>
    `an open box, for up to ${boxes} ${boxes === 1 ? "digit" : "digits"}`,
  "forms.trace.date": (shape: string) => `${shape}: year, month, day`,
  "forms.trace.decimals": (shape: string, decimals: number) => `${shape}, ${decimals} after the point`,
  "forms.trace.no_title": "The form needs a title.",
  "forms.trace.none": "There is no field, or all are left out. At least one is needed.",
  "forms.trace.many": (most: number) => `A spec may have at most ${most} fields.`,
  "forms.trace.unnamed": (field: number) => `Field ${field} has no name.`,
  "forms.trace.twice": (name: string) => `Two fields are called ${name}. Each needs its own name.`,
  "forms.trace.save": "Save the spec (.toml)",
  "forms.trace.save_blank": "Save the blank form (.png)",
  "forms.trace.next":
    "With both files in one folder, shuzi form read reads filled forms too, and rules such as ranges can be added to the spec.",
  "forms.trace.sure":
    "Go on with another form? What you changed of this one is lost unless you have saved it.",
  "forms.again": "Back to the photographs",
  "forms.csv": "Export CSV",
  "forms.xlsx": "Export XLSX",
  "forms.xlsx.none": "The service writes XLSX, which this page does not have: run shuzi serve.",
  "forms.xlsx.failed": (why: string) => `Not exported. ${why}`,
  "forms.json": "Save JSON",
  "forms.undone": "Undone.",
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
  "forms.sum": (summed: string, total: string) => `The fields add up to ${summed}, not ${total}.`,
  "forms.culprit": (label: string) => `“${label}” is most likely to be wrong.`,
  "forms.culprit.here": (_label: string) => "This cell is most likely to be wrong.",
  "forms.culprit.fits": (label: string, text: string) =>
    `“${label}” is most likely to be wrong: with ${text} there, the sum is right.`,
  "forms.culprit.here_fits": (_label: string, text: string) =>
    `This cell is most likely to be wrong: with ${text} here, the sum is right.`,
  "forms.keys":
    "Type to correct. Enter: accept and go to the next doubtful cell. Arrows: neighbouring cell. Ctrl+Z: undo.",
  "forms.suggested": "On the list. Ctrl+Enter takes the first.",
  "forms.row": "Row",
  "forms.version": "version",
  "forms.doubtful": "to check",
  "forms.points_of": (name: string) => `${name}, points`,
  "forms.points": (most: string) => `Points of ${most}`,
  "forms.photo": "photo",
};
