import { useTranslation } from '../translation/translation.ts';
import { Button } from '../components/button.tsx';
import { useFirstFocus } from './use-first-focus.ts';

interface QuestionProps {
  readonly text: string;
  readonly confirm: string;
  readonly look: 'danger' | 'primary';
  readonly isRunning: boolean;
  readonly problem: string | null;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
}

/** Asks once more, in place. */
export function Question(props: QuestionProps) {
  const { t } = useTranslation();
  const cancel = useFirstFocus<HTMLButtonElement>();
  return (
    <div
      role="group"
      aria-label={props.text}
      className="flex flex-col gap-2 rounded-box border border-line bg-raise px-3.5 py-2.5"
    >
      <p className="text-ui text-ink-2">{props.text}</p>
      <p role="alert" className="text-ui text-bad empty:hidden">
        {props.problem}
      </p>
      <div className="flex flex-wrap gap-2">
        <Button look={props.look} disabled={props.isRunning} onClick={props.onConfirm}>
          {props.confirm}
        </Button>
        <Button ref={cancel} disabled={props.isRunning} onClick={props.onCancel}>
          {t('cancel')}
        </Button>
      </div>
    </div>
  );
}
