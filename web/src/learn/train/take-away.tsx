/** Export a run of the page: its network as an .onnx file, its settings as Python. */

import { useState } from "preact/hooks";
import type { Settings } from "../../networks/training/settings";
import { say } from "../../sentences/say";
import { Button } from "../../shared/button";
import { copyText, saveFile } from "../../shared/files/take";
import { onnxHere } from "./here/client";
import { settingsOf } from "./runs/identity";
import { letterOf } from "./runs/naming";
import type { Run } from "./runs/run";
import { asPython } from "./written";

type Said = "" | "python" | "refused";

export function TakeAway({ run }: { run: Run }) {
  const [said, setSaid] = useState<Said>("");
  const settings = run.recipe && settingsOf(run.id) ? (run.recipe as Settings) : null;
  if (!settings || run.step === 0) return null;
  const copy = () =>
    void copyText(asPython(settings)).then((isCopied) => setSaid(isCopied ? "python" : "refused"));
  return (
    <div class="buttons">
      <Button label={say("learn.train.onnx")} onClick={() => void save(run)} />
      <Button label={say("learn.train.as-python")} onClick={copy} />
      <span class="small quiet" role="status">
        {said && say(`learn.train.copied.${said}`)}
      </span>
    </div>
  );
}

async function save(run: Run): Promise<void> {
  const file = await onnxHere(run.id);
  if (file)
    saveFile(new Blob([file], { type: "application/octet-stream" }), `${run.id}-${letterOf(run)}.onnx`);
}
