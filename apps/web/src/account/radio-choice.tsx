interface RadioChoiceProps<V extends string> {
  readonly label: string;
  readonly value: V;
  readonly isRunning: boolean;
  readonly options: readonly (readonly [V, string])[];
  readonly onChange: (value: V) => void;
}

/** One of several choices. */
export function RadioChoice<V extends string>({
  label,
  value,
  isRunning,
  options,
  onChange,
}: RadioChoiceProps<V>) {
  return (
    <fieldset disabled={isRunning} className="flex flex-col gap-0.5">
      <legend className="mb-1 text-small text-ink-2">{label}</legend>
      {options.map(([option, text]) => (
        <label
          key={option}
          className="flex min-h-7 items-center gap-2 text-ui pointer-coarse:min-h-11"
        >
          <input
            type="radio"
            name={label}
            checked={option === value}
            onChange={() => onChange(option)}
            className="size-4 shrink-0 accent-accent"
          />
          {text}
        </label>
      ))}
    </fieldset>
  );
}
