import type { ThreadMessage, User } from '@tandem/protocol';
import { withCurrentNames } from './mentions.ts';
import { textParts } from './message-text.ts';

interface MessageBodyProps {
  readonly message: ThreadMessage;
  readonly people: readonly User[];
  readonly me: string | null;
}

export function MessageBody({ message, people, me }: MessageBodyProps) {
  return (
    <div className="written text-base wrap-anywhere whitespace-pre-wrap [tab-size:4]">
      {textParts(withCurrentNames(message, people)).map((part, index) => {
        switch (part.kind) {
          case 'text':
            return part.text;
          case 'code':
            return (
              <code
                key={index}
                dir="ltr"
                className="rounded-[4px] bg-hover px-1 font-mono text-[0.92em]"
              >
                {part.text}
              </code>
            );
          case 'block':
            return (
              <pre
                key={index}
                dir="ltr"
                tabIndex={0}
                className="my-1 overflow-x-auto rounded-box bg-hover px-2.5 py-1.5 font-mono text-small whitespace-pre"
              >
                {part.text}
              </pre>
            );
          case 'link':
            return (
              <a
                key={index}
                href={part.href}
                target="_blank"
                rel="noopener noreferrer"
                className="[unicode-bidi:isolate] text-accent underline underline-offset-2 hover:text-ink"
              >
                {part.text}
              </a>
            );
          case 'mention':
            return (
              <bdi
                key={index}
                data-me={part.user === me || undefined}
                className="font-medium text-accent data-me:rounded-[4px] data-me:bg-accent-soft data-me:px-0.5"
              >
                {part.text}
              </bdi>
            );
        }
      })}
    </div>
  );
}
