import { useEffect, useState, type ComponentProps } from 'react';
import type { Toaster } from 'sonner';
import { useDeferred } from './deferred.tsx';
import { onToastWanted, showToasts, toasts } from './toast.ts';

/** The place of notices on the screen, empty until their code is loaded. */
export function ToastHost(props: ComponentProps<typeof Toaster>) {
  const [isWanted, setWanted] = useState(false);
  const module = useDeferred(toasts, isWanted);
  useEffect(() => onToastWanted(() => setWanted(true)), []);
  useEffect(() => {
    if (module !== null) showToasts(module);
  }, [module]);
  return module && <module.Toaster {...props} />;
}
