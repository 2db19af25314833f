import { CopyButton } from '../components/copy-button.tsx';

interface SecretOnceProps {
  readonly text: string;
  readonly secret: string;
  /** The accessible name of the field. */
  readonly label: string;
  readonly copy: string;
}

/** A secret that is shown only this once. */
export function SecretOnce({ text, secret, label, copy }: SecretOnceProps) {
  return (
    <div className="flex flex-col gap-1.5 rounded-box border border-line bg-raise p-3">
      <p role="status" className="text-ui">
        {text}
      </p>
      <div className="flex gap-2">
        <input
          readOnly
          value={secret}
          aria-label={label}
          autoComplete="off"
          spellCheck={false}
          onFocus={({ target }) => target.select()}
          className="h-8.5 min-w-0 flex-1 rounded-box border border-line bg-canvas px-2.5 font-mono text-small pointer-coarse:h-11"
        />
        <CopyButton text={() => secret}>{copy}</CopyButton>
      </div>
    </div>
  );
}
