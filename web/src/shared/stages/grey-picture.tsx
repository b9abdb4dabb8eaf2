/** A grey picture as it is, whatever the theme: 0 is black, 255 white. */
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Grey } from "../../ink/picture";

export function GreyPicture({ picture, label }: { picture: Grey; label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height, pixels } = picture;
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d", { willReadFrequently: true });
    if (!context) return;
    const image = context.createImageData(width, height);
    for (const [index, level] of pixels.entries()) image.data.set([level, level, level, 255], 4 * index);
    context.putImageData(image, 0, 0);
  }, [picture]);
  return (
    <canvas
      ref={canvas}
      width={width}
      height={height}
      class="grey-picture"
      style={{ aspectRatio: `${width} / ${height}` }}
      role="img"
      aria-label={label}
    />
  );
}
