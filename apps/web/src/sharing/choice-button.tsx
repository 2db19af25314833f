import { ChevronDown } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button } from '../components/button.tsx';

export const GIVEN_ROLES = ['editor', 'viewer'] as const;
export type GivenRole = (typeof GIVEN_ROLES)[number];

/** Opens a menu of choices, and says which of them holds. */
export function choiceButton(label: string, about: string): ReactElement<Record<string, unknown>> {
  return (
    <Button look="quiet" aria-label={`${about}: ${label}`}>
      {label}
      <ChevronDown size={14} aria-hidden />
    </Button>
  );
}
