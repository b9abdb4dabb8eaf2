/** What a person has here: networks, a network on paper, kept digits. */
import { useEffect } from "preact/hooks";
import { hasService } from "../edition";
import { KeptDigits } from "../hand/kept-digits";
import { loadNetworks } from "../learn/train/kept-networks";
import { OwnNetworks } from "../models/own-networks";
import { say } from "../sentences/say";
import { whenLoaded } from "../shared/hooks";
import { StorageNotice } from "../shared/storage/storage-notice";
import { ViewLink } from "../shell/view-link";
import "./things.css";

const PaperSection = whenLoaded(
  () => import("../models/paper/paper-section").then(({ PaperSection }) => PaperSection),
  "paper.missing",
);

export function ThingsView() {
  useEffect(() => void loadNetworks(), []);
  return (
    <article class="view things">
      <header>
        <h1>{say("view.things")}</h1>
        <p class="lead">{say("things.lead")}</p>
      </header>
      <StorageNotice />
      <OwnNetworks />
      <PaperSection />
      <KeptDigits />
      {!hasService && (
        <p>
          <ViewLink view="forms" class="button">
            {say("things.table")}
          </ViewLink>
        </p>
      )}
    </article>
  );
}
