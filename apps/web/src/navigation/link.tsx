import { useEffect, type ComponentProps, type MouseEvent } from 'react';
import { navigate, usePlace, type EntryState, type NavigateOptions } from './location.ts';
import { toPath, type Params, type Pattern } from './routes.ts';

interface LinkProps extends Omit<ComponentProps<'a'>, 'href'> {
  readonly to: Pattern;
  readonly params?: Params;
  readonly state?: EntryState;
  /** Added where the link leads to the screen that is shown. */
  readonly activeProps?: ComponentProps<'a'>;
}

/** A link inside the application. Keys that open a new tab are left to the browser. */
export function Link({ to, params = {}, state = {}, activeProps, onClick, ...props }: LinkProps) {
  const path = toPath(to, params);
  const isHere = usePlace().path === path;
  const { className = '', ...active } = (isHere ? activeProps : undefined) ?? {};
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (props.target !== undefined && props.target !== '_self') return;
    event.preventDefault();
    navigate(to, { params, state, replace: isHere });
  };
  return (
    <a
      {...props}
      {...active}
      className={`${props.className ?? ''} ${className}`.trim()}
      href={path}
      onClick={follow}
    />
  );
}

/** Goes elsewhere as soon as it is rendered. */
export function Navigate({ to, ...options }: NavigateOptions & { readonly to: Pattern }) {
  useEffect(() => navigate(to, { ...options, replace: true }));
  return null;
}
