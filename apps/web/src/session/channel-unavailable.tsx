import type { ChannelSession } from '@tandem/client';
import type { ChannelName } from '@tandem/protocol';
import type { ReactNode } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { Button } from '../components/button.tsx';
import { FullPage } from '../components/feedback.tsx';
import { useServices } from './services.ts';
import { SignInLink } from './sign-in.tsx';
import { useChannelValue } from './use-channel.ts';
import { cutOffBy, useConnection, type CutOff } from './use-connection.ts';

interface ChannelUnavailableProps<N extends ChannelName> {
  readonly channel: ChannelSession<N> | null;
  readonly title: string;
  readonly textOf: (cutOff: CutOff) => string;
  /** Shown while the state is loading. */
  readonly children: ReactNode;
}

/** In the place of a screen whose channel has no state: why, and what to do. */
export function ChannelUnavailable<N extends ChannelName>({
  channel,
  title,
  textOf,
  children,
}: ChannelUnavailableProps<N>) {
  const { t } = useTranslation();
  const { connection } = useServices().client;
  const refusal = useChannelValue(channel, ({ status, error }) =>
    status === 'lost' ? error : null,
  );
  const cutOff = cutOffBy(useConnection());
  if (refusal === null && cutOff === null) return children;
  const retry = () => (refusal === null ? connection.tryNow() : channel?.retry());
  return (
    <FullPage
      title={title}
      action={
        cutOff === 'sign-in' ? <SignInLink /> : <Button onClick={retry}>{t('tryAgain')}</Button>
      }
    >
      {refusal?.message ?? (cutOff === null ? null : textOf(cutOff))}
    </FullPage>
  );
}
