/** A button that opens the file picker, or a phone's camera. */
import type { ComponentChildren } from "preact";

/** All that a picture may be. */
export const PICTURES = "image/*,.pdf,.heic,.heif,.tif,.tiff";

interface Properties {
  accept: string;
  /** For tests. */
  test: string;
  take: (files: readonly File[]) => void;
  look?: "primary" | "plain" | "";
  isMultiple?: boolean;
  isCamera?: boolean;
  children: ComponentChildren;
}

export function FileButton(properties: Properties) {
  const { accept, test, take, look = "", isMultiple = false, isCamera = false, children } = properties;
  return (
    <label class={`button file ${look} ${isCamera ? "camera" : ""}`}>
      {children}
      <input
        type="file"
        class="covering"
        accept={accept}
        multiple={isMultiple}
        {...(isCamera ? { capture: "environment" as const } : {})}
        data-testid={test}
        onChange={({ currentTarget }) => {
          const files = [...(currentTarget.files ?? [])];
          if (files.length > 0) take(files);
          currentTarget.value = ""; // so that the same file can be chosen again
        }}
      />
    </label>
  );
}
