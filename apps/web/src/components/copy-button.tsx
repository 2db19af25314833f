import { Check } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { Button, type ButtonLook } from './button.tsx';

const CONFIRMED_MS = 2_000;

interface CopyButtonProps {
  readonly text: () => string | Promise<string>;
  readonly children: ReactNode;
  readonly look?: ButtonLook;
}

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

/**
 * Copies text, also on pages without HTTPS, where browsers offer no clipboard API.
 *
 * @returns false when the browser refuses
 */
export async function copyText(text: () => string | Promise<string>): Promise<boolean> {
  try {
    const content = await text();
    if (isSecureContext) await navigator.clipboard.writeText(content);
    else copyBySelection(content);
    return true;
  } catch {
    return false;
  }
}

function copyBySelection(content: string): void {
  const field = document.createElement('textarea');
  field.value = content;
  field.style.position = 'fixed';
  // Inside an open dialog, whose focus trap would not let an outside field be selected.
  (document.activeElement?.closest('[role=dialog]') ?? document.body).append(field);
  field.select();
  // Deprecated, but the only way where `navigator.clipboard` is missing.
  // oxlint-disable-next-line typescript/no-deprecated
  const done = document.execCommand('copy');
  field.remove();
  if (!done) throw new Error('the browser would not copy');
}
