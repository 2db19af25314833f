import { useState } from 'react';
import { useDeferred } from './deferred.tsx';
import { overlays } from './overlays.ts';
import type { DialogProps } from './overlays/props.ts';

export function Dialog(props: DialogProps) {
  const [wasOpened, setOpened] = useState(false);
  if (props.open && !wasOpened) setOpened(true);
  const module = useDeferred(overlays, props.open, () => props.onOpenChange(false));
  return wasOpened && module && <module.DialogPopup {...props} />;
}
