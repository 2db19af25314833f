import type { TFunction } from 'i18next';
import type { Node } from '@tiptap/pm/model';
import { Plugin } from '@tiptap/pm/state';
import type { EditorView, NodeView } from '@tiptap/pm/view';

import { CodeHighlighter } from './code-highlighter.ts';
import { CODE_LANGUAGES, languageNamed } from './code-languages.ts';

/** Draws code blocks with a picker of the language. */
export function codeViews(t: TFunction): Plugin {
  let highlighter: CodeHighlighter | undefined;
  return new Plugin({
    props: {
      nodeViews: {
        codeBlock: (node, view, getPos) =>
          new CodeView({
            node,
            view,
            getPos,
            t,
            highlighter: (highlighter ??= new CodeHighlighter(view.dom)),
          }),
      },
    },
    view: () => ({
      destroy() {
        highlighter?.destroy();
        highlighter = undefined;
      },
    }),
  });
}

interface CodeViewOptions {
  readonly node: Node;
  readonly view: EditorView;
  readonly getPos: () => number | undefined;
  readonly t: TFunction;
  readonly highlighter: CodeHighlighter;
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
    this.#picker.setAttribute('aria-label', options.t('editor.code.language'));
    this.#picker.addEventListener('change', () => this.#pick());
    const holder = document.createElement('span');
    holder.contentEditable = 'false';
    holder.className = 'code-language';
    holder.append(this.#picker);
    this.dom.append(pre, holder);
    this.#draw();
    options.highlighter.add(this.contentDOM, this.#language);
  }

  update(node: Node): boolean {
    if (node.type !== this.#node.type) return false;
    const changed = node.attrs['language'] !== this.#node.attrs['language'];
    this.#node = node;
    if (changed) this.#draw();
    this.#options.highlighter.update(this.contentDOM, this.#language);
    return true;
  }

  stopEvent(event: Event): boolean {
    return event.target === this.#picker;
  }

  ignoreMutation(mutation: { target: globalThis.Node }): boolean {
    return !this.contentDOM.contains(mutation.target);
  }

  destroy(): void {
    this.#options.highlighter.remove(this.contentDOM);
  }

  get #language(): string | null {
    const language = this.#node.attrs['language'] as string | null;
    return language === null ? null : languageNamed(language);
  }

  #draw(): void {
    const { t, view } = this.#options;
    const language = this.#language;
    const known = CODE_LANGUAGES.some(([name]) => name === language);
    const other: [string, string][] = language && !known ? [[language, language]] : [];
    this.#picker.replaceChildren(
      new Option(t('editor.code.plain'), ''),
      ...[...CODE_LANGUAGES, ...other].map(([name, label]) => new Option(label, name)),
    );
    this.#picker.value = language ?? '';
    this.#picker.disabled = !view.editable;
  }

  #pick(): void {
    const { view, getPos } = this.#options;
    const pos = getPos();
    if (pos === undefined || !view.editable) return;
    view.dispatch(view.state.tr.setNodeAttribute(pos, 'language', this.#picker.value || null));
    view.focus();
  }
}
