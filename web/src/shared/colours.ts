/** The page's colours as numbers, for what is drawn on canvases. */
/** By the names of their tokens. */
export const COLOURS = [
  "ink",
  "ink-soft",
  "line",
  "sunken",
  "surface",
  "accent",
  "accent-soft",
  "warn",
] as const;
export type Colour = (typeof COLOURS)[number];

export type Rgb = readonly [red: number, green: number, blue: number];
export type Palette = Readonly<Record<Colour, Rgb>>;

/** The colours that an element has; CSS has many notations, which a canvas converts to numbers. */
export function paletteOf(style: CSSStyleDeclaration): Palette {
  const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgb = (name: Colour): Rgb => {
    if (!context) return [0, 0, 0];
    context.fillStyle = style.getPropertyValue(`--${name}`);
    context.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
    return [red, green, blue];
  };
  return Object.fromEntries(COLOURS.map((name) => [name, rgb(name)])) as Record<Colour, Rgb>;
}
