import { useEffect, useRef, type RefObject } from 'react';

/** Focuses an element that appears, once the menu from which it comes has given the focus back to its button. */
export function useFirstFocus<E extends HTMLElement>(): RefObject<E | null> {
  const element = useRef<E>(null);
  useEffect(() => {
    const frame = requestAnimationFrame(() => element.current?.focus());
    return () => cancelAnimationFrame(frame);
  }, []);
  return element;
}
