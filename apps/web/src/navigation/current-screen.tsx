import {
  Component,
  createContext,
  use,
  useLayoutEffect,
  useRef,
  useState,
  type ComponentType,
  type ReactNode,
} from 'react';
import { Deferred, useDeferred } from '../components/deferred.tsx';
import { currentPlace, usePlace, type Place } from './location.ts';
import { matchPath, type Params } from './routes.ts';
import { restoreScrolling, scrollToStart } from './scrolling.ts';

export type Screen = Deferred<{ readonly Screen: ComponentType }>;

interface Shown {
  readonly place: Place;
  readonly params: Params;
  readonly Screen: ComponentType;
}

const ShownContext = createContext<Pick<Shown, 'place' | 'params'> | null>(null);

/** The place of the screen around, also while the next one is loaded. */
export function useShownPlace(): Place {
  return use(ShownContext)?.place ?? currentPlace();
}

export function useParams(): Params {
  return use(ShownContext)?.params ?? {};
}

interface CurrentScreenProps {
  readonly screens: Readonly<Record<string, Screen>>;
  readonly notFound: ComponentType;
  /** Shown where a screen cannot be loaded. */
  readonly notLoaded: ComponentType<{ readonly retry: () => void }>;
  /** Shown where a screen throws. */
  readonly broken: ComponentType;
}

const NO_SCREEN: Screen = new Deferred(() => Promise.resolve({ Screen: () => null }));

/** The screen of the current address. The one before stays until the next one is loaded. */
export function CurrentScreen({
  screens,
  notFound,
  notLoaded: NotLoaded,
  broken: Broken,
}: CurrentScreenProps) {
  const place = usePlace();
  const [failed, setFailed] = useState<string | null>(null);
  const shown = useRef<Shown | null>(null);
  const found = findScreen(screens, place.path);
  const isFailed = failed === place.path;
  const module = useDeferred(found?.screen ?? NO_SCREEN, found !== null && !isFailed, () =>
    setFailed(place.path),
  );
  if (found === null) shown.current = { place, params: {}, Screen: notFound };
  else if (module !== null) shown.current = { place, params: found.params, ...module };
  const { current } = shown;
  useLayoutEffect(() => {
    if (current === null) return;
    if (current.place.arrival === 'new') scrollToStart();
    else restoreScrolling(current.place.entry);
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- once for each entry of the history
  }, [current?.place]);
  if (isFailed && module === null) return <NotLoaded retry={() => setFailed(null)} />;
  if (current === null) return null;
  return (
    <ScreenBoundary key={current.place.path} broken={<Broken />}>
      <ShownContext value={current}>
        <current.Screen />
      </ShownContext>
    </ScreenBoundary>
  );
}

function findScreen(
  screens: Readonly<Record<string, Screen>>,
  path: string,
): { readonly screen: Screen; readonly params: Params } | null {
  for (const [pattern, screen] of Object.entries(screens)) {
    const params = matchPath(pattern, path);
    if (params !== null) return { screen, params };
  }
  return null;
}

interface ScreenBoundaryProps {
  readonly broken: ReactNode;
  readonly children: ReactNode;
}

/** Shows a problem in place of what throws. React logs the error. */
export class ScreenBoundary extends Component<ScreenBoundaryProps, { readonly isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError(): { readonly isBroken: boolean } {
    return { isBroken: true };
  }

  override render(): ReactNode {
    return this.state.isBroken ? this.props.broken : this.props.children;
  }
}
