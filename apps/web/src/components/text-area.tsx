import { useCallback, type ComponentProps, type RefObject } from 'react';

type TextAreaProps = ComponentProps<'textarea'> & {
  readonly ref?: RefObject<HTMLTextAreaElement | null>;
};

/**
 * A text area in which undo goes by words, as everywhere. React writes each value into the element's default text, too,
 * and with that ends the browser's step of undo: it would go by letters.
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
