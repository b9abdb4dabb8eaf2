/** How one number of a feature map comes about: the window, the kernel, their products, and what becomes of the sum. */
import { useSignal } from "@preact/signals";
import { askHere } from "../../here/read";
import { largestMagnitude } from "../../ink/numbers";
import { fixed } from "../../learn/format";
import { PixelGrid } from "../../learn/steps/pixels";
import { Terms } from "../../learn/terms";
import { say } from "../../sentences/say";
import { usePromised } from "../../shared/hooks";
import { Pixels } from "../../shared/pixels";

interface Properties {
  image: Uint8Array;
  model: string;
  /** Its layer and its channel, both from 0, with a point between them. */
  map: string;
}

export function MapSum({ image, model, map: name }: Properties) {
  const [layer = 0, channel = 0] = name.split(".").map(Number);
  const chosen = useSignal<number | null>(null);
  const found = usePromised(
    () => askHere("sum", { pixels: image, layer, channel, at: chosen.value }, model).catch(() => null),
    `${chosen.value} ${image.join()}`,
    true,
  );
  if (!found) return null;
  const { map, side, at, from, corner, window, kernel, part, total, isPooled } = found;
  const [before] = from.tiles;
  const width = Math.sqrt(kernel.length);
  const share = (pixels: number) => `${(100 * pixels) / from.side}%`;
  const full = 255 / largestMagnitude(map);
  const told = [
    say("write.sum.part", window.length, fixed(part, 2)),
    from.channels > 1 ? say("write.sum.total", from.channels, fixed(total, 2)) : "",
    isPooled ? say("write.sum.pooled") : "",
    say("write.sum.value", fixed(map[at] ?? 0, 2)),
  ];
  return (
    <div class="map-sum">
      <figure>
        <div class="pixel-grid">
          {layer === 0 ? (
            <Pixels values={image} palette="ink" />
          ) : (
            <Pixels values={before?.values ?? []} side={from.side} palette="signed" />
          )}
          <span
            class="chosen-pixel"
            style={{
              top: share(corner[0]),
              left: share(corner[1]),
              width: share(width),
              height: share(width),
            }}
          />
        </div>
        <figcaption>
          {layer === 0 ? say("write.sum.picture") : say("write.sum.from", (before?.channel ?? 0) + 1, layer)}
        </figcaption>
      </figure>
      <figure>
        <Pixels values={kernel} side={width} palette="signed" />
        <figcaption>{say("write.sum.kernel")}</figcaption>
      </figure>
      <figure>
        <PixelGrid
          values={Uint8Array.from(map, (value) => value * full)}
          side={side}
          label={say("write.sum.map", channel + 1, layer + 1)}
          chosen={at}
          numbers={false}
          onChoose={(index) => {
            chosen.value = index;
          }}
        />
        <figcaption>
          {say("write.sum.map", channel + 1, layer + 1)} <span class="quiet">{say("write.sum.choose")}</span>
        </figcaption>
      </figure>
      <Terms
        caption={say("learn.convolution.window", corner[0] + 1, corner[1] + 1)}
        window={window}
        kernel={kernel}
      />
      <p role="status">{told.filter(Boolean).join(" ")}</p>
    </div>
  );
}
