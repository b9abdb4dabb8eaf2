/** A button that opens the file picker, or a phone's camera. */
import type { ComponentChildren } from "preact";

interface Properties {
  accept: string;
  /** For tests. */
  test: string;
  take: (files: readonly File[]) => void;
  isPrimary?: boolean;
  isCamera?: boolean;
  children: ComponentChildren;
}

export function FileButton({ accept, test, take, isPrimary, isCamera, children }: Properties) {
  return (
    <label class={`button file ${isPrimary ? "primary" : ""} ${isCamera ? "camera" : ""}`}>
      {children}
      <input
        type="file"
        accept={accept}
        multiple={test === "photographs"}
        {...(isCamera ? { capture: "environment" as const } : {})}
        data-testid={test}
        onChange={({ currentTarget }) => {
          take([...(currentTarget.files ?? [])]);
          currentTarget.value = ""; // so that the same file can be chosen again
        }}
      />
    </label>
  );
}
