/** The digits of a cell as they were classified: the first row of their picture, black on white. */
import { SIDE } from "../../generated/ink/normalize";

export function DigitStrip({ digits, alt }: { digits: string; alt: string }) {
  return (
    <img
      class="forms-strip"
      src={`data:image/png;base64,${digits}`}
      alt={alt}
      onLoad={({ currentTarget }) => {
        currentTarget.style.aspectRatio = String(currentTarget.naturalWidth / SIDE);
      }}
    />
  );
}
