/** Kernels, feature maps and templates as small pictures, in columns of their own. */
import { useMemo } from "preact/hooks";
import { templateOf } from "../../learn/template/weights";
import type { Inside, Layer } from "../../reading/inside";
import { say } from "../../sentences/say";
import { Pixels } from "../../shared/pixels";

const DIGITS = Array.from({ length: 10 }, (_, digit) => digit);
const TILES = 6;
const LAYERS = 3; // more would be too small to see
const FAINT = 0.25; // of a template where there is no ink
const EMPTY = new Float32Array(1);

/** The templates of the softmax network, strong where the ink is. */
export function Templates({ image }: { image: Uint8Array | null }) {
  const templates = useMemo(
    () =>
      DIGITS.map((digit) =>
        templateOf(digit).map((weight, pixel) =>
          image ? weight * (FAINT + ((1 - FAINT) * (image[pixel] ?? 0)) / 255) : weight,
        ),
      ),
    [image],
  );
  const full = Math.max(...DIGITS.map((digit) => largest(templateOf(digit))));
  return (
    <span class="inside-layer inside-templates">
      {templates.map((values, digit) => (
        <Pixels key={digit} values={values} palette="signed" full={full} />
      ))}
    </span>
  );
}

/** The kernels of the first layer and the maps of each; without an image, empty places for them. */
export function Maps({ inside }: { inside: Inside | null }) {
  const kernels = inside?.kernels;
  return (
    <>
      <Column
        layer={kernels}
        name={kernels ? say("write.inside.kernels", kernels.side) : say("write.inside.kernel")}
      />
      {Array.from({ length: LAYERS }, (_, place) => {
        const layer = inside?.layers[place];
        return (
          <Column
            key={place}
            layer={layer}
            name={layer ? say("write.inside.layer", layer.channels, layer.side) : ""}
          />
        );
      })}
    </>
  );
}

function Column({ layer, name }: { layer: Layer | null | undefined; name: string }) {
  const full = layer ? Math.max(...layer.tiles.map(({ values }) => largest(values)), 1e-9) : 1;
  return (
    <span class="inside-column">
      <span class="inside-layer">
        {Array.from({ length: TILES }, (_, place) => (
          <Pixels
            key={place}
            values={layer?.tiles[place]?.values ?? EMPTY}
            side={layer?.side ?? 1}
            palette="signed"
            full={full}
          />
        ))}
      </span>
      <span class="inside-name">{name}</span>
    </span>
  );
}

function largest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
