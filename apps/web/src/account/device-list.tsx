import type { DeviceSession } from '@tandem/protocol/accounts';
import type { Translate } from '../translation/translation.ts';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { Button } from '../components/button.tsx';
import { Skeleton } from '../components/feedback.tsx';
import { Moment } from '../languages/moment.tsx';
import type { AccountRequests } from './account-requests.ts';
import { deviceNameOf } from './device-name.ts';
import { useAccountAction } from './use-account-action.ts';

export function DeviceList({ requests }: { readonly requests: AccountRequests }) {
  const { t } = useTranslation();
  const [devices, setDevices] = useState<readonly DeviceSession[] | null>(null);
  const action = useAccountAction();
  const { run } = action;
  const read = useCallback(async () => setDevices(await requests.listSessions()), [requests]);
  useEffect(() => void run(read), [read, run]);
  const end = (id: string | null) =>
    void run(async () => {
      await requests.endSession(id);
      await read();
    });
  return (
    <section aria-labelledby="account-devices" className="flex flex-col gap-2">
      <h3 id="account-devices" className="text-ui font-semibold">
        {t('account.devices')}
      </h3>
      <p className="text-small text-ink-2">{t('account.devicesText')}</p>
      <p role="alert" className="text-ui text-bad empty:hidden">
        {action.problem}
      </p>
      {devices === null && action.problem === null && <Skeleton className="h-11 w-full" />}
      <ul className="flex flex-col divide-y divide-line">
        {devices?.map((device) => (
          <Device
            key={device.id}
            device={device}
            isRunning={action.isRunning}
            onEnd={() => end(device.id)}
          />
        ))}
      </ul>
      {devices !== null && devices.length > 1 && (
        <div>
          <Button look="danger" disabled={action.isRunning} onClick={() => end(null)}>
            {t('account.endOthers')}
          </Button>
        </div>
      )}
    </section>
  );
}

interface DeviceProps {
  readonly device: DeviceSession;
  readonly isRunning: boolean;
  readonly onEnd: () => void;
}

function Device({ device, isRunning, onEnd }: DeviceProps) {
  const { t } = useTranslation();
  const name = shownName(device.agent, t);
  return (
    <li className="flex min-h-11 items-center justify-between gap-3 py-1.5">
      <div className="min-w-0">
        <p className="truncate text-ui font-medium">{name}</p>
        <p className="text-small text-ink-2">
          {device.isThis ? (
            t('account.thisDevice')
          ) : (
            <>
              {t('account.lastUsed')} <Moment at={device.usedAt} />
            </>
          )}
        </p>
      </div>
      {!device.isThis && (
        <Button
          disabled={isRunning}
          onClick={onEnd}
          aria-label={t('account.endNamed', { device: name })}
        >
          {t('account.end')}
        </Button>
      )}
    </li>
  );
}

function shownName(agent: string, t: Translate): string {
  const name = deviceNameOf(agent);
  return name === null ? agent || t('account.unknownDevice') : t('account.device', { ...name });
}
