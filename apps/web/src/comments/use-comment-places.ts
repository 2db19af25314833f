/** The places of comments in the text of the editor, and new anchors for those that were found by their words. */
import type { DocumentSession } from '@tandem/client';
import type { EditorView } from '@tiptap/pm/view';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { CommentPlaces, type Places } from './comment-places.ts';
import type { Comments } from './use-comments.ts';

const REANCHOR_MS = 2_000;

export function useCommentPlaces(
  view: EditorView | null,
  session: DocumentSession,
): CommentPlaces | null {
  const [places, setPlaces] = useState<CommentPlaces | null>(null);
  useEffect(() => {
    if (view === null) return;
    const made = new CommentPlaces(view, session.doc);
    setPlaces(made);
    return () => {
      setPlaces(null);
      made.destroy();
    };
  }, [view, session]);
  return places;
}

/** CO4: once for each anchor, so that two people who find it in two places come to an end. */
export function useReanchoring(
  comments: Comments,
  {
    text,
    places,
    mayWrite,
  }: {
    readonly text: CommentPlaces | null;
    readonly places: Places;
    readonly mayWrite: boolean;
  },
): void {
  const done = useRef(new Set<string>());
  const reanchor = useEffectEvent(() => {
    for (const { id, anchor } of comments.threads ?? []) {
      if (places.get(id)?.by !== 'words' || done.current.has(id)) continue;
      const renewed = text?.renew(anchor);
      if (renewed == null) continue;
      done.current.add(id);
      comments.reanchor(id, renewed);
    }
  });
  useEffect(() => {
    if (!mayWrite || text === null) return;
    const timer = setTimeout(() => reanchor(), REANCHOR_MS);
    return () => clearTimeout(timer);
  }, [mayWrite, text, places]);
}
