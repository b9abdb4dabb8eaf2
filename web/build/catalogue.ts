/** A gettext catalogue becomes its sentences: for each key its forms, the singular first. */
export function readCatalogue(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  let [key, field] = ["", ""];
  for (const line of text.split("\n")) {
    const [, name, quoted] = /^(?:(\w+(?:\[\d\])?) )?(".*")$/.exec(line.trim()) ?? [];
    if (quoted === undefined) continue;
    field = name ?? field;
    const words = JSON.parse(quoted) as string;
    if (field === "msgid") {
      key = name ? words : key + words;
      found.set(key, []);
    } else if (field.startsWith("msgstr")) {
      const forms = found.get(key) ?? [];
      if (name) forms.push(words);
      else forms.push((forms.pop() ?? "") + words);
    }
  }
  return found;
}
