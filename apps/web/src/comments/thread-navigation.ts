/** The ways to a thread: a click on its text, and its address. */
import type { CommentThread } from '@tandem/protocol';
import type { EditorView } from '@tiptap/pm/view';
import { useEffect, useEffectEvent, useState } from 'react';
import type { CommentPlaces, Places } from './comment-places.ts';
import { threadInAddress } from './comments-place.ts';

export function useClicks(
  view: EditorView | null,
  text: CommentPlaces | null,
  activate: (thread: string) => void,
): void {
  useEffect(() => {
    if (view === null || text === null) return;
    const clicked = ({ clientX, clientY }: MouseEvent) => {
      if (!view.state.selection.empty) return;
      const at = view.posAtCoords({ left: clientX, top: clientY });
      const thread = at === null ? null : text.threadAt(at.pos);
      if (thread !== null) activate(thread);
    };
    view.dom.addEventListener('click', clicked);
    return () => view.dom.removeEventListener('click', clicked);
  }, [view, text, activate]);
}

/** Opens the thread of the address, and shows its text, once both are there. */
export function useDeepLink({
  text,
  threads,
  places,
  activate,
}: {
  readonly text: CommentPlaces | null;
  readonly threads: readonly CommentThread[] | null;
  readonly places: Places;
  readonly activate: (thread: string) => void;
}): void {
  const [wanted, setWanted] = useState(() => threadInAddress(location.hash));
  useEffect(() => {
    const changed = () => setWanted(threadInAddress(location.hash));
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  const isThere = wanted !== null && threads?.some(({ id }) => id === wanted) === true;
  const isFound = wanted !== null && places.has(wanted);
  const show = useEffectEvent((id: string) => {
    setWanted(null);
    activate(id);
    requestAnimationFrame(() => text?.scrollTo(id));
  });
  useEffect(() => {
    if (wanted !== null && isThere && isFound) show(wanted);
  }, [wanted, isThere, isFound]);
}
