import { SUBPROTOCOL_BINARY, SUBPROTOCOL_JSON } from '@tandem/protocol';
import wire from '@tandem/protocol/asyncapi.json';
import type { ReactNode } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { CopyButton } from '../components/copy-button.tsx';
import { fieldsOf } from './fields.ts';
import { HelpPage } from './help-page.tsx';

interface WireMessage {
  readonly name: string;
  readonly summary: string;
  readonly payload: unknown;
  readonly examples: readonly { readonly payload: unknown }[];
}

const messages: Readonly<Record<string, WireMessage>> = wire.components.messages;
const directions = [
  { name: 'client', references: wire.operations.receive.messages },
  { name: 'server', references: wire.operations.send.messages },
] as const;

export function WireHelpScreen() {
  const { t } = useTranslation();
  return (
    <HelpPage title={t('wire.title')}>
      <p className="text-ink-2">
        {withCode(wire.info.description, [SUBPROTOCOL_JSON, SUBPROTOCOL_BINARY])}
      </p>
      <p className="text-ink-2">{withCode(t('wire.wscat'), ['POST /api/session'])}</p>
      <Code label="wscat">{`npx wscat -c ${location.origin.replace(/^http/u, 'ws')}${wire.channels.socket.address} -s tandem.v1.json`}</Code>
      <p>
        <CopyButton text={() => JSON.stringify(wire, null, 2)}>{t('wire.copy')}</CopyButton>
      </p>
      {directions.map(({ name, references }) => (
        <section key={name} aria-labelledby={`from-${name}`}>
          <h2 id={`from-${name}`} className="mt-6 mb-2 font-semibold">
            {t(`wire.${name}`)}
          </h2>
          <div className="flex flex-col gap-2">
            {references.map(({ $ref }) => (
              <Message key={$ref} message={messages[$ref.slice($ref.lastIndexOf('/') + 1)]} />
            ))}
          </div>
        </section>
      ))}
    </HelpPage>
  );
}

function withCode(text: string, words: readonly string[]): ReactNode {
  const pattern = new RegExp(
    `(${words.map((word) => word.replaceAll('.', '[.]')).join('|')})`,
    'u',
  );
  return text.split(pattern).map((part, index) =>
    words.includes(part) ? (
      <code key={index} className="rounded-[4px] bg-side px-1 py-0.5 font-mono text-[0.875em]">
        {part}
      </code>
    ) : (
      part
    ),
  );
}

function Message({ message }: { readonly message: WireMessage | undefined }) {
  const { t } = useTranslation();
  if (message === undefined) return null;
  const { name, summary, payload, examples } = message;
  return (
    <details className="group rounded-box border border-line bg-raise">
      <summary className="flex cursor-pointer flex-wrap items-baseline gap-x-3 gap-y-0.5 px-3.5 py-2.5 text-ui">
        <b className="font-mono font-medium">{name}</b>
        <span className="min-w-0 flex-1 basis-64 text-ink-2">{summary}</span>
      </summary>
      <div className="flex flex-col gap-3 border-t border-line px-3.5 py-3">
        {fieldsOf(payload).map((fields, index) => (
          <table key={index} className="w-full text-left text-ui">
            <tbody>
              {fields.map((field) => (
                <tr key={field.name} className="align-baseline *:py-0.5">
                  <th scope="row" className="w-40 pr-4 font-mono font-medium">
                    {field.name}
                  </th>
                  <td className="font-mono text-small wrap-anywhere text-ink-2">{field.type}</td>
                  <td className="w-24 text-right text-small text-ink-3">
                    {field.isRequired ? '' : t('wire.optional')}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        ))}
        <Code label={t('wire.example')}>{JSON.stringify(examples[0]?.payload, null, 2)}</Code>
      </div>
    </details>
  );
}

function Code({ label, children }: { readonly label: string; readonly children: string }) {
  return (
    <pre
      tabIndex={0}
      aria-label={label}
      className="overflow-x-auto rounded-box border border-line bg-side px-3.5 py-3 font-mono text-ui"
    >
      {children}
    </pre>
  );
}
