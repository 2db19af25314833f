import type { LucideIcon } from 'lucide-react';
import { useId, useState, type ReactNode } from 'react';
import { useTranslation } from '../translation/translation.ts';
import type { SendResult } from './use-asked.ts';

interface RoleListProps {
  readonly title: string;
  /** The rows. `run` shows the sentence of a change that did not happen. */
  readonly children: (run: (change: Promise<SendResult>) => void) => ReactNode;
}

/** Who has a role beside the document's people, as those who may share it see it. */
export function RoleList({ title, children }: RoleListProps) {
  const { t } = useTranslation();
  const heading = useId();
  const [failure, setFailure] = useState<SendResult>('done');
  const run = async (change: Promise<SendResult>) => setFailure(await change);
  return (
    <section aria-labelledby={heading}>
      <h3 id={heading} className="mb-1 text-small font-medium text-ink-3">
        {title}
      </h3>
      <ul className="-mx-2 flex max-h-72 flex-col overflow-y-auto">
        {children((change) => void run(change))}
      </ul>
      {failure !== 'done' && (
        <p role="alert" className="text-small text-bad">
          {failure === 'failed' ? t('sharing.changeFailed') : failure.refused}
        </p>
      )}
    </section>
  );
}

interface RoleRowProps {
  readonly icon: LucideIcon;
  readonly look: 'plain' | 'waiting';
  readonly name: string;
  readonly about: ReactNode;
  /** The role, or the menu that changes it. */
  readonly children: ReactNode;
}

export function RoleRow({ icon, look, name, about, children }: RoleRowProps) {
  return (
    <li className="flex min-h-11 items-center gap-2.5 px-2 py-1 text-ui">
      <RoundIcon icon={icon} look={look} />
      <span className="min-w-0 flex-1">
        <bdi className="block truncate text-left" title={name}>
          {name}
        </bdi>
        <span className="block truncate text-small text-ink-3">{about}</span>
      </span>
      {children}
    </li>
  );
}

/** In the place of a person's initials. */
export function RoundIcon({
  icon: Icon,
  look,
}: {
  readonly icon: LucideIcon;
  readonly look: RoleRowProps['look'];
}) {
  return (
    <span
      aria-hidden
      className={`flex size-6.5 shrink-0 items-center justify-center rounded-full ${LOOKS[look]}`}
    >
      <Icon size={look === 'plain' ? 15 : 13} strokeWidth={1.75} />
    </span>
  );
}

const LOOKS = {
  plain: 'bg-hover text-ink-2',
  waiting: 'border border-dashed border-line-strong text-ink-3',
} as const;
