// @vitest-environment happy-dom
import { beforeAll, expect, test } from 'vitest';
import { surviveTranslation } from './browser-faults.ts';

beforeAll(() => surviveTranslation());

function translated(): { readonly parent: HTMLElement; readonly text: Text } {
  const parent = document.createElement('p');
  const text = document.createTextNode('Saved');
  parent.append(text, document.createElement('b'));
  const font = document.createElement('u');
  text.replaceWith(font);
  font.append(text);
  return { parent, text };
}

test('removing a translated text removes its translation', () => {
  const { parent, text } = translated();
  parent.removeChild(text);
  expect(parent.innerHTML).toBe('<b></b>');
});

test('an element is inserted before a translated text', () => {
  const { parent, text } = translated();
  parent.insertBefore(document.createElement('i'), text);
  expect(parent.innerHTML).toBe('<i></i><u>Saved</u><b></b>');
});

test('removing a text that has left the tree does nothing', () => {
  const { parent, text } = translated();
  text.remove();
  parent.removeChild(text);
  parent.insertBefore(document.createElement('i'), text);
  expect(parent.innerHTML).toBe('<u></u><b></b><i></i>');
});

test('other removals and insertions are unchanged', () => {
  const parent = document.createElement('p');
  const [one, two] = [document.createElement('i'), document.createElement('b')];
  parent.appendChild(two);
  parent.insertBefore(one, two);
  expect(parent.removeChild(two)).toBe(two);
  expect(parent.innerHTML).toBe('<i></i>');
  for (const place of [null, undefined])
    parent.insertBefore(document.createElement('u'), place as null);
  expect(parent.innerHTML).toBe('<i></i><u></u><u></u>');
});
