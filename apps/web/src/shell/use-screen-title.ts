import { useEffect } from 'react';
import { isolated } from '../profile/isolated.ts';

/** What the browser's tab is called: the document, then the product. */
export function useScreenTitle(title: string | null): void {
  useEffect(() => {
    document.title = title === null ? 'Tandem' : `${isolated(title)} · Tandem`;
  }, [title]);
}
