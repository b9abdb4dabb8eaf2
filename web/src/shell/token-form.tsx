/** Asks the user for a token if the service needs one, once per tab. */
import { useEffect, useRef } from "preact/hooks";
import { say } from "../sentences/say";
import { giveToken, wanted } from "../token";

export function TokenForm() {
  const field = useRef<HTMLInputElement>(null);
  const want = wanted.value;
  useEffect(() => {
    if (want) field.current?.focus();
  }, [want]);
  if (!want) return null;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    giveToken(field.current?.value ?? "");
  };
  return (
    <form class="notice token" onSubmit={submit}>
      <label>
        <span>{say(`token.${want}`)}</span>
        <input
          class="field"
          ref={field}
          type="password"
          autocomplete="off"
          aria-invalid={want === "refused"}
          data-testid="token"
        />
      </label>
      <button type="submit" class="button">
        {say("token.give")}
      </button>
    </form>
  );
}
