interface ChoiceListProps<T extends string> {
  readonly legend: string;
  readonly choices: readonly T[];
  readonly textOf: (choice: T) => string;
  readonly isChosen: (choice: T) => boolean;
  /** What another choice includes cannot be taken away alone. */
  readonly isFixed?: (choice: T) => boolean;
  readonly onChange: (choice: T, isChosen: boolean) => void;
}

/** Some of several choices, as checkboxes. */
export function ChoiceList<T extends string>({
  legend,
  choices,
  textOf,
  isChosen,
  isFixed = () => false,
  onChange,
}: ChoiceListProps<T>) {
  return (
    <fieldset className="flex flex-col gap-0.5">
      <legend className="mb-1 text-small text-ink-2">{legend}</legend>
      {choices.map((choice) => (
        <label
          key={choice}
          className="flex min-h-7 items-center gap-2 text-ui pointer-coarse:min-h-11"
        >
          <input
            type="checkbox"
            checked={isChosen(choice)}
            disabled={isFixed(choice)}
            onChange={({ target }) => onChange(choice, target.checked)}
            className="size-4 shrink-0 accent-accent"
          />
          {textOf(choice)}
        </label>
      ))}
    </fieldset>
  );
}
