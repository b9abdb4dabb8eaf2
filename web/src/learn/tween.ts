/** Animates numbers towards their targets, so that the eye can follow a change. */
import { useEffect, useRef, useState } from "preact/hooks";

const still = matchMedia("(prefers-reduced-motion: reduce)");

/**
 * Glide to a target.
 *
 * @param target the number to arrive at; it may change on the way
 * @param milliseconds how long a glide takes; with reduced motion it is there at once
 * @param back glide also when the target falls; otherwise it falls at once
 */
export function useTween(target: number, milliseconds: number, back = true): number {
  const [shown, setShown] = useState(target);
  const now = useRef(target);
  useEffect(() => {
    const from = now.current;
    const show = (value: number) => {
      now.current = value;
      setShown(value);
    };
    if (from === target) return;
    if (still.matches || (!back && target < from)) {
      show(target);
      return;
    }
    let frame = 0;
    const began = performance.now();
    const draw = (time: number) => {
      const part = Math.min(Math.max((time - began) / milliseconds, 0), 1);
      show(part < 1 ? from + (target - from) * eased(part) : target);
      if (part < 1) frame = requestAnimationFrame(draw);
    };
    frame = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(frame);
  }, [target, milliseconds, back]);
  return !back && target < shown ? target : shown;
}

function eased(part: number): number {
  return 1 - (1 - part) ** 3;
}
