import type { User } from '@tandem/protocol';
import { textParts } from './message-text.ts';

interface MessageBodyProps {
  readonly text: string;
  readonly people: readonly User[];
  readonly me: string | null;
}

/** What was said, with addresses to follow and names that stand out. */
export function MessageBody({ text, people, me }: MessageBodyProps) {
  return (
    <p className="written text-base wrap-anywhere whitespace-pre-wrap">
      {textParts(text, people).map((part, index) => {
        switch (part.kind) {
          case 'text':
            return part.text;
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
                className={
                  part.user === me
                    ? 'rounded-[4px] bg-accent-soft px-0.5 font-medium text-accent'
                    : 'font-medium text-accent'
                }
              >
                {part.text}
              </bdi>
            );
        }
      })}
    </p>
  );
}
