/** Kernels, feature maps, templates and hidden neurons as small pictures, in columns of their own. */
import { useMemo } from "preact/hooks";
import { templateOf } from "../../learn/digit/examples";
import type { Inside, Layer } from "../../reading/report/explain/inside";
import { say } from "../../sentences/say";
import { Pixels } from "../../shared/pixels";

const DIGITS = Array.from({ length: 10 }, (_, digit) => digit);
const TILES = 6;
const LAYERS = 3; // more would be too small to see
const FAINT = 0.25; // of a template where there is no ink
const STRONG = 0.5; // of the largest weight: from there on the colour is full
const EMPTY = new Float32Array(1);

/** The templates of the softmax network that comes with shuzi, which are known before anything is read. */
export const TEMPLATES = DIGITS.map(templateOf);

interface NeuronsProperties {
  image: Uint8Array | null;
  /** The weights of the network that reads; null until it has seen the image. */
  layer: Layer | null;
  /** The same, where it is known before. */
  templates: readonly Float32Array[] | null;
}

/** Templates, or what hidden neurons look for: weights of all pixels, strong where the ink is. */
export function Neurons({ image, layer, templates }: NeuronsProperties) {
  const weights = templates ?? layer?.tiles.map(({ values }) => values) ?? null;
  const tiles = useMemo(
    () =>
      weights?.map((values) =>
        values.map((weight, pixel) =>
          image ? weight * (FAINT + ((1 - FAINT) * (image[pixel] ?? 0)) / 255) : weight,
        ),
      ),
    [image, layer, templates],
  );
  // few weights of a network trained here are large, and the others would be pale
  const full = templates
    ? Math.max(...templates.map(largest))
    : STRONG * Math.max(...(tiles ?? []).map(largest), 1e-9);
  return (
    <span class="inside-layer inside-templates">
      {DIGITS.map((index) => (
        <Pixels
          key={index}
          values={tiles?.[index] ?? EMPTY}
          side={tiles?.[index] ? 28 : 1}
          palette="signed"
          full={full}
        />
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
      {Array.from({ length: Math.min(inside?.layers.length ?? LAYERS, LAYERS) }, (_, index) => {
        const layer = inside?.layers[index];
        return (
          <Column
            key={index}
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
        {Array.from({ length: TILES }, (_, index) => (
          <Pixels
            key={index}
            values={layer?.tiles[index]?.values ?? EMPTY}
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
