import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { rangeWithFocused } from '../components/range-with-focused.ts';
import { DocumentRow } from './document-row.tsx';
import type { ShownDocument } from './shown-document.ts';
import { useOnDevice } from './use-on-device.ts';

const ROW_PX = 68;
const OVERSCAN = 8;
const NEAR_END_ROWS = 20;

interface DocumentRowsProps {
  readonly documents: readonly ShownDocument[];
  readonly loadMore: (() => void) | null;
}

export function DocumentRows({ documents, loadMore }: DocumentRowsProps) {
  const onDevice = useOnDevice();
  const list = useRef<HTMLUListElement>(null);
  const [top, setTop] = useState(0);
  // The focused row stays drawn wherever the list is scrolled.
  const [focused, setFocused] = useState<string | null>(null);
  const focusedIndex = focused === null ? -1 : documents.findIndex(({ id }) => id === focused);
  const virtualizer = useWindowVirtualizer({
    count: documents.length,
    getItemKey: (index) => documents[index]?.id ?? index,
    estimateSize: () => ROW_PX,
    rangeExtractor: (range) => rangeWithFocused(range, focusedIndex),
    overscan: OVERSCAN,
    scrollMargin: top,
    directDomUpdates: true,
    directDomUpdatesMode: 'position',
  });
  useLayoutEffect(() => {
    const above = list.current?.parentElement;
    if (above == null) return;
    const place = () => setTop((list.current?.getBoundingClientRect().top ?? 0) + scrollY);
    place();
    // The elements above the list may change their height.
    const sizes = new ResizeObserver(place);
    sizes.observe(above);
    return () => sizes.disconnect();
  }, []);
  const rows = virtualizer.getVirtualItems();
  const last = rows.at(-1)?.index ?? 0;
  const isNearEnd = last >= documents.length - NEAR_END_ROWS;
  useEffect(() => {
    if (isNearEnd) loadMore?.();
  }, [isNearEnd, documents.length, loadMore]);
  return (
    <ul
      ref={(element) => {
        list.current = element;
        virtualizer.containerRef(element);
      }}
      className="relative"
    >
      {rows.map(({ index, key }) => {
        const document = documents[index];
        if (document === undefined) return null;
        return (
          <li
            key={key}
            ref={virtualizer.measureElement}
            data-index={index}
            aria-setsize={loadMore === null ? documents.length : -1}
            aria-posinset={index + 1}
            onFocus={() => setFocused(document.id)}
            onBlur={() => setFocused(null)}
            className="absolute left-0 w-full"
          >
            <DocumentRow
              document={document}
              isElsewhere={onDevice !== null && !onDevice.has(document.id)}
            />
          </li>
        );
      })}
    </ul>
  );
}
