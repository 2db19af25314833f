import type { RefObject } from 'react';

/** Where the focus goes when a popup has closed: to its control, unless a person has put it elsewhere meanwhile. */
export function returnFocusTo(anchor: RefObject<HTMLElement | null>): () => HTMLElement | false {
  return () => {
    const { activeElement, body } = document;
    const isElsewhere =
      activeElement !== null &&
      activeElement !== body &&
      (activeElement.closest('[data-open], [data-closed]') === null ||
        // An item of the menu has opened it.
        activeElement.closest('[role="dialog"][data-open]') !== null);
    return isElsewhere || anchor.current === null ? false : anchor.current;
  };
}
