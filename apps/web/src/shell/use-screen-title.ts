import { useEffect } from 'react';

/** What the browser's tab is called: the document, then the product. */
export function useScreenTitle(title: string | null): void {
  useEffect(() => {
    document.title = title === null ? 'Tandem' : `${title} · Tandem`;
  }, [title]);
}
