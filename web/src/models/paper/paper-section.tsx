/** A network on paper: a QR code holds it, and anyone who scans the code can read with it. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { kept, loadKept } from "../../hand/kept";
import type { Compared, Right } from "../../here/training";
import { whole } from "../../learn/format";
import { say } from "../../sentences/say";
import { Button, Check, FileButton, Notice, Section } from "../../shared/controls";
import { saveFile } from "../../shared/files";
import { Pixels } from "../../shared/pixels";
import { ViewLink } from "../../shell/view-link";
import { chosenDigits, keep, type MadeCode, makeCode, measured, type ScanFault, scan } from "./codes";
import { doubled, isName, type PaperNetwork, type SmallDigit } from "./packing";
import "./paper.css";

type State = "" | "working" | "missing";

export function PaperSection() {
  const scanned = useSignal<PaperNetwork | null>(null);
  useEffect(() => void loadKept(), []);
  return (
    <Section name="paper" title={say("paper.title")} lead={say("paper.lead")}>
      <div class="paper-halves">
        <Make from={scanned.value} />
        <Scan
          network={scanned.value}
          take={(network) => {
            scanned.value = network;
          }}
        />
      </div>
    </Section>
  );
}

function Make({ from }: { from: PaperNetwork | null }) {
  const [name, learns, state, made] = [
    useSignal(""),
    useSignal(false),
    useSignal<State>(""),
    useSignal<MadeCode | null>(null),
  ];
  const [count, digits, isFine] = [kept.value.length, chosenDigits(), isName(name.value)];
  const make = async () => {
    state.value = "working";
    made.value = null;
    try {
      made.value = await makeCode(from, name.value, learns.value);
      state.value = "";
    } catch {
      state.value = "missing";
    }
  };
  return (
    <section class="paper-make" aria-labelledby="paper-make">
      <h3 id="paper-make">{say("paper.make")}</h3>
      <p class="small quiet">
        {from ? say("paper.from", from.name || say("paper.nameless")) : say("paper.tiny")}
      </p>
      <label class="paper-name small">
        <span>{say("paper.name")}</span>
        <input
          class="field"
          type="text"
          value={name.value}
          aria-invalid={!isFine}
          onInput={({ currentTarget }) => {
            name.value = currentTarget.value;
          }}
        />
      </label>
      {!isFine && (
        <p class="small" role="alert">
          {say("paper.name.long")}
        </p>
      )}
      {count > 0 ? (
        <>
          <Digits digits={digits} />
          <Check
            class="small"
            label={say("paper.learns", count)}
            isOn={learns.value}
            onChange={(isOn) => {
              learns.value = isOn;
            }}
          />
        </>
      ) : (
        <p class="small quiet">
          {say("paper.no_digits")}{" "}
          <ViewLink view="write" parameters={{}}>
            {say("view.write")}
          </ViewLink>
        </p>
      )}
      <Button
        look="primary"
        label={say("paper.button")}
        disabled={state.value === "working" || !isFine}
        onClick={() => void make()}
      />
      <Said state={state.value} />
      {made.value && <Code made={made.value} />}
    </section>
  );
}

function Code({ made: { canvas, network, onTest, onOwn } }: { made: MadeCode }) {
  const show = (frame: HTMLElement | null) => frame?.replaceChildren(canvas);
  return (
    <div class="paper-code" data-testid="paper-code">
      <div ref={show} role="img" aria-label={say("paper.alt", network.name || say("paper.nameless"))} />
      <p class="small">{of("paper.on_test", onTest)}</p>
      {onOwn && <p class="small">{of("paper.on_own", onOwn)}</p>}
      <Button
        label={say("paper.save")}
        onClick={() => canvas.toBlob((picture) => picture && saveFile(picture, "shuzi-network.png"))}
      />
    </div>
  );
}

function Scan({ network, take }: { network: PaperNetwork | null; take: (network: PaperNetwork) => void }) {
  const [state, fault, figures] = [
    useSignal<State>(""),
    useSignal<ScanFault | null>(null),
    useSignal<{ onTest: Right; onOwn: Right | null } | null>(null),
  ];
  const open = async ([picture]: readonly File[]) => {
    if (!picture) return;
    state.value = "working";
    fault.value = figures.value = null;
    try {
      const scanned = await scan(picture);
      state.value = "";
      if (typeof scanned === "string") {
        fault.value = scanned;
        return;
      }
      take(scanned);
      figures.value = await measured(scanned);
    } catch {
      state.value = "missing";
    }
  };
  return (
    <section class="paper-scan" aria-labelledby="paper-scan">
      <h3 id="paper-scan">{say("paper.scan")}</h3>
      <p class="small quiet">{say("paper.scan.lead")}</p>
      <div class="buttons">
        <FileButton
          label={say("paper.scan.file")}
          accept="image/*"
          test="paper-file"
          take={(files) => void open(files)}
        />
        <FileButton
          label={say("write.camera")}
          accept="image/*"
          test="paper-camera"
          take={(files) => void open(files)}
          isCamera={true}
        />
      </div>
      <Said state={state.value} />
      {fault.value && <Notice role="alert" text={say(`paper.fault.${fault.value}`)} />}
      {network && (
        <div class="paper-found" data-testid="paper-found">
          <p>
            <strong>{network.name || say("paper.nameless")}</strong>
          </p>
          <Digits digits={network.digits} />
          {figures.value && <p class="small">{right("paper.scan.on_test", figures.value.onTest)}</p>}
          {figures.value?.onOwn && <p class="small">{right("paper.scan.on_own", figures.value.onOwn)}</p>}
          <Keep network={network} />
          <p class="small quiet">{say("paper.hand_on")}</p>
        </div>
      )}
    </section>
  );
}

/** A scanned network becomes one of the models that read. */
function Keep({ network }: { network: PaperNetwork }) {
  const [kept, state] = [
    useSignal<{ network: PaperNetwork; name: string } | null>(null),
    useSignal<State>(""),
  ];
  const name = kept.value?.network === network ? kept.value.name : "";
  const take = () =>
    keep(network).then(
      (name) => {
        kept.value = { network, name };
      },
      () => {
        state.value = "missing";
      },
    );
  return (
    <div class="buttons">
      {name ? (
        <>
          <ViewLink view="write" parameters={{ model: name }} class="button primary">
            {say("models.write")}
          </ViewLink>
          <ViewLink view="duel" parameters={{ against: name }} class="button">
            {say("view.duel")}
          </ViewLink>
        </>
      ) : (
        <Button look="primary" label={say("paper.keep")} onClick={() => void take()} />
      )}
      <p class="small quiet" role="status">
        {name ? say("paper.kept") : state.value && say(`paper.${state.value}`)}
      </p>
    </div>
  );
}

function Digits({ digits }: { digits: readonly SmallDigit[] }) {
  return (
    <ul class="paper-digits">
      {digits.map((digit, index) => (
        <li key={index}>
          <Pixels values={doubled(digit)} palette="ink" label={say("paper.digit", digit.label)} />
        </li>
      ))}
    </ul>
  );
}

function Said({ state }: { state: State }) {
  return (
    <p class="small quiet" role="status">
      {state && say(`paper.${state}`)}
    </p>
  );
}

function of(key: "paper.on_test" | "paper.on_own", { before, after }: Compared): string {
  return say(key, whole(before.n), whole(before.right), whole(after.right));
}

function right(key: "paper.scan.on_test" | "paper.scan.on_own", { right, n }: Right): string {
  return say(key, whole(n), whole(right));
}
