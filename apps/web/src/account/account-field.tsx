import { useId, type ComponentProps } from 'react';

interface AccountFieldProps extends Omit<ComponentProps<'input'>, 'onChange' | 'className'> {
  readonly label: string;
  readonly rule?: string;
  readonly onChange: (value: string) => void;
}

export function AccountField({ label, rule, onChange, ...input }: AccountFieldProps) {
  const ruleId = useId();
  return (
    <label className="flex flex-col gap-1 text-small text-ink-2">
      {label}
      <input
        {...input}
        onChange={({ target }) => onChange(target.value)}
        aria-describedby={rule === undefined ? undefined : ruleId}
        className="h-8.5 rounded-box border border-line-strong bg-canvas px-2.5 text-base text-ink aria-invalid:border-bad pointer-coarse:h-11"
      />
      {rule !== undefined && <span id={ruleId}>{rule}</span>}
    </label>
  );
}
