import { X } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';
import { addTexts, useTranslation } from '../translation/translation.ts';
import { useNow } from '../components/browser-state.ts';
import { IconButton } from '../components/button.tsx';
import { useObservable } from '../runtime/observable.ts';
import { useShortcut } from '../screen/use-shortcut.ts';
import { useServices } from '../session/services.ts';
import { TrafficLog, type Count, type StateEntry, type Traffic } from './traffic-log.ts';
import words from '../languages/developer.en.json' with { type: 'json' };

addTexts(words);

const POLL_MS = 1_000;

/**
 * A panel for developers: states of the connection, open documents and channels, pending commands. `Ctrl+Alt+C`
 * toggles it.
 */
export function ConnectionView() {
  const { client } = useServices();
  const [isOpen, setOpen] = useState(false);
  // Records from page load, so that a developer sees what happened before opening the panel.
  const [log] = useState(() => new TrafficLog());
  useEffect(() => log.watch(client), [log, client]);
  useShortcut('connection-view', () => setOpen((open) => !open));
  return isOpen ? <Panel log={log} onClose={() => setOpen(false)} /> : null;
}

function Panel({ log, onClose }: { readonly log: TrafficLog; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const traffic = useObservable(log.traffic);
  return (
    <section
      aria-label={t('developer.title')}
      className="floats fixed right-3 bottom-3 z-50 flex max-h-[70dvh] w-[min(460px,calc(100vw-24px))] flex-col text-small"
    >
      <div className="flex items-center justify-between border-b border-line py-1 pr-1 pl-3">
        <h2 className="text-ui font-semibold">{t('developer.title')}</h2>
        <IconButton label={t('close')} icon={X} onClick={onClose} />
      </div>
      <div className="flex flex-col gap-4 overflow-y-auto p-3">
        <Part title={t('developer.states')}>
          <States entries={traffic.states} />
        </Part>
        <Part title={t('developer.roundTrip')}>
          <RoundTrips roundTrips={traffic.roundTrips} />
        </Part>
        <Part title={t('developer.messages')}>
          <Messages traffic={traffic} />
        </Part>
        <OpenNow />
      </div>
    </section>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-1 font-medium text-ink-3">{title}</h3>
      {children}
    </section>
  );
}

function States({ entries }: { readonly entries: readonly StateEntry[] }) {
  return (
    <ol className="flex flex-col-reverse font-mono">
      {entries.map(({ at, state }, index) => (
        <li key={`${at}-${index}`} className="flex gap-3">
          <time className="text-ink-3">{new Date(at).toISOString().slice(11, 23)}</time>
          <span>
            {state.kind}
            {'transport' in state && ` (${state.transport})`}
            {'cause' in state && state.cause !== null && ` (${state.cause})`}
            {state.kind === 'stopped' && ` (${state.error.code})`}
          </span>
        </li>
      ))}
    </ol>
  );
}

function RoundTrips({ roundTrips }: { readonly roundTrips: readonly number[] }) {
  const { t } = useTranslation();
  if (roundTrips.length === 0) return <p className="text-ink-2">{t('developer.noPing')}</p>;
  return (
    <p className="font-mono">
      {roundTrips
        .toReversed()
        .map((ms) => `${ms.toFixed(1)} ms`)
        .join(' · ')}
    </p>
  );
}

function Messages({ traffic: { sent, received } }: { readonly traffic: Traffic }) {
  const { t } = useTranslation();
  const types = [...new Set([...sent.keys(), ...received.keys()])].toSorted();
  const cell = (count: Count | undefined) =>
    count === undefined ? '' : `${count.messages} · ${count.bytes} B`;
  return (
    <table className="w-full font-mono">
      <thead>
        <tr className="text-left text-ink-3 *:font-normal">
          <th />
          <th className="text-right">{t('developer.sent')}</th>
          <th className="text-right">{t('developer.received')}</th>
        </tr>
      </thead>
      <tbody>
        {types.map((type) => (
          <tr key={type}>
            <td>{type}</td>
            <td className="text-right tabular-nums">{cell(sent.get(type))}</td>
            <td className="text-right tabular-nums">{cell(received.get(type))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function OpenNow() {
  const { t } = useTranslation();
  const { client } = useServices();
  useNow(POLL_MS);
  const { documents, channels } = client.open;
  return (
    <>
      <Part title={t('developer.open')}>
        <table className="w-full font-mono">
          <thead>
            <tr className="text-left text-ink-3 *:font-normal">
              <th />
              <th className="pl-3 text-right">{t('developer.position')}</th>
              <th className="pl-3">{t('developer.state')}</th>
              <th className="pl-3 text-right">{t('developer.waiting')}</th>
            </tr>
          </thead>
          <tbody>
            {documents.map(({ id, position, pending, status }) => (
              <Opened
                key={id}
                name={id}
                at={position?.offset}
                state={status.kind}
                waiting={pending}
              />
            ))}
            {channels.map(({ name, followed, status }) => (
              <Opened key={name} name={name} at={followed?.position?.offset} state={status} />
            ))}
          </tbody>
        </table>
      </Part>
      <Part title={t('developer.outbox')}>
        {client.commands.pending.length === 0 ? (
          <p className="text-ink-2">{t('developer.empty')}</p>
        ) : (
          <ul className="font-mono">
            {client.commands.pending.map(({ id, name, kept }) => (
              <li key={id}>
                {name} {id} {kept ? '' : t('developer.unpersisted')}
              </li>
            ))}
          </ul>
        )}
      </Part>
    </>
  );
}

interface OpenedProps {
  readonly name: string;
  readonly at: number | undefined;
  readonly state: string;
  readonly waiting?: number;
}

function Opened({ name, at, state, waiting }: OpenedProps) {
  return (
    <tr className="align-baseline">
      <td className="wrap-anywhere">{name}</td>
      <td className="pl-3 text-right tabular-nums">{at ?? '–'}</td>
      <td className="pl-3 whitespace-nowrap">{state}</td>
      <td className="pl-3 text-right tabular-nums">{waiting}</td>
    </tr>
  );
}
