import type { Translate } from '../translation/translation.ts';
import type { Node } from '@tiptap/pm/model';
import { Plugin } from '@tiptap/pm/state';
import type { EditorView, NodeView } from '@tiptap/pm/view';

import { Deferred } from '../components/deferred.tsx';
import type { CodeHighlighter } from './code-highlighter.ts';
import { CODE_LANGUAGES, languageNamed } from './code-languages.ts';

const PLAIN = '';

const highlighting = new Deferred(() => import('./code-highlighter.ts'));

export function codeViews(t: Translate): Plugin {
  let colours: CodeColours | undefined;
  const labels = { language: t('editor.code.language'), plain: t('editor.code.plain') };
  return new Plugin({
    props: {
      nodeViews: {
        codeBlock: (node, view, getPos) =>
          new CodeView({
            node,
            view,
            getPos,
            labels,
            colours: (colours ??= new CodeColours(view.dom)),
          }),
      },
    },
    view: () => ({
      destroy() {
        colours?.destroy();
        colours = undefined;
      },
    }),
  });
}

interface CodeViewOptions {
  readonly node: Node;
  readonly view: EditorView;
  readonly getPos: () => number | undefined;
  readonly labels: { readonly language: string; readonly plain: string };
  readonly colours: CodeColours;
}

/** The blocks to colour. The highlighter is loaded with the first one. */
class CodeColours {
  readonly #languages = new Map<HTMLElement, string | null>();
  readonly #stopLoading: () => void;
  #highlighter: CodeHighlighter | undefined;

  constructor(text: HTMLElement) {
    this.#stopLoading = highlighting.whenLoaded(({ CodeHighlighter }) => {
      this.#highlighter = new CodeHighlighter(text);
      for (const [content, language] of this.#languages) this.#highlighter.set(content, language);
    });
  }

  set(content: HTMLElement, language: string | null): void {
    this.#languages.set(content, language);
    this.#highlighter?.set(content, language);
  }

  remove(content: HTMLElement): void {
    this.#languages.delete(content);
    this.#highlighter?.remove(content);
  }

  destroy(): void {
    this.#stopLoading();
    this.#highlighter?.destroy();
  }
}

class CodeView implements NodeView {
  readonly dom = document.createElement('div');
  readonly contentDOM = document.createElement('code');
  readonly #picker = document.createElement('select');
  readonly #options: CodeViewOptions;
  #node: Node;

  constructor(options: CodeViewOptions) {
    this.#options = options;
    this.#node = options.node;
    this.dom.className = 'code-block';
    const pre = document.createElement('pre');
    pre.spellcheck = false;
    pre.dir = 'ltr';
    pre.append(this.contentDOM);
    this.#picker.setAttribute('aria-label', options.labels.language);
    for (const event of ['focus', 'pointerdown'])
      this.#picker.addEventListener(event, () => this.#offerAll());
    this.#picker.addEventListener('change', () => this.#pick());
    const holder = document.createElement('span');
    holder.contentEditable = 'false';
    holder.className = 'code-language';
    holder.append(this.#picker);
    this.dom.append(pre, holder);
    this.#draw();
    options.colours.set(this.contentDOM, this.#language);
  }

  update(node: Node): boolean {
    if (node.type !== this.#node.type) return false;
    const changed = node.attrs['language'] !== this.#node.attrs['language'];
    this.#node = node;
    if (changed) this.#draw();
    this.#options.colours.set(this.contentDOM, this.#language);
    return true;
  }

  stopEvent(event: Event): boolean {
    return event.target === this.#picker;
  }

  ignoreMutation(mutation: { target: globalThis.Node }): boolean {
    return !this.contentDOM.contains(mutation.target);
  }

  destroy(): void {
    this.#options.colours.remove(this.contentDOM);
  }

  get #language(): string | null {
    const language = this.#node.attrs['language'] as string | null;
    return language === null ? null : languageNamed(language);
  }

  #draw(): void {
    const { view } = this.#options;
    const language = this.#language ?? PLAIN;
    this.#picker.replaceChildren(this.#optionFor(language));
    this.#picker.disabled = !view.editable;
    if (this.#picker.matches(':focus')) this.#offerAll();
  }

  /**
   * Adds the other languages just before the picker opens: a page of a thousand code blocks would
   * otherwise hold twenty thousand options.
   */
  #offerAll(): void {
    const { value, length } = this.#picker;
    if (length > 1) return;
    const names = [PLAIN, ...CODE_LANGUAGES.map(([name]) => name)];
    if (!names.includes(value)) names.push(value);
    this.#picker.replaceChildren(...names.map((name) => this.#optionFor(name)));
    this.#picker.value = value;
  }

  #optionFor(language: string): HTMLOptionElement {
    const { labels } = this.#options;
    const [, label] = CODE_LANGUAGES.find(([name]) => name === language) ?? [language, language];
    return new Option(language === PLAIN ? labels.plain : label, language);
  }

  #pick(): void {
    const { view, getPos } = this.#options;
    const pos = getPos();
    if (pos === undefined || !view.editable) return;
    view.dispatch(
      view.state.tr.setNodeAttribute(
        pos,
        'language',
        this.#picker.value === PLAIN ? null : this.#picker.value,
      ),
    );
    view.focus();
  }
}
