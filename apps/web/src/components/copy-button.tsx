import { Check } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, type ButtonLook } from './button.tsx';
import { copyText } from './clipboard.ts';

const CONFIRMED_MS = 2_000;

interface CopyButtonProps {
  readonly text: () => string | Promise<string>;
  readonly children: ReactNode;
  readonly look?: ButtonLook;
}

/** Copies, and says so where the eye already is. */
export function CopyButton({ text, children, look = 'plain' }: CopyButtonProps) {
  const { t } = useTranslation();
  const [state, setState] = useState<'ready' | 'copied' | 'failed'>('ready');
  useEffect(() => {
    if (state === 'ready') return;
    const timer = setTimeout(() => setState('ready'), CONFIRMED_MS);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = async () => setState((await copyText(text)) ? 'copied' : 'failed');
  return (
    <Button look={look} onClick={() => void copy()}>
      {state === 'copied' && <Check size={15} aria-hidden />}
      <span aria-live="polite">
        {state === 'ready' ? children : t(state === 'copied' ? 'copied' : 'copyFailed')}
      </span>
    </Button>
  );
}
