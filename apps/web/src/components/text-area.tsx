import { useCallback, type ComponentProps, type RefObject } from 'react';

type TextAreaProps = ComponentProps<'textarea'> & {
  readonly ref?: RefObject<HTMLTextAreaElement | null>;
};

/**
 * A text area with the browser's usual undo by words. React also writes each value into `defaultValue`, which ends the
 * browser's undo step after every letter.
 */
export function TextArea({ ref, ...props }: TextAreaProps) {
  const attach = useCallback(
    (element: HTMLTextAreaElement | null) => {
      if (element) {
        const defaultValue = { get: () => element.value, set: () => undefined, configurable: true };
        Object.defineProperty(element, 'defaultValue', defaultValue);
      }
      if (ref) ref.current = element;
    },
    [ref],
  );
  return <textarea ref={attach} {...props} />;
}
