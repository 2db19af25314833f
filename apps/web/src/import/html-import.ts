/**
 * Reads a web page: by the rules for what is pasted, on a DOM without a browser behind it. Nothing runs and nothing is
 * loaded. Images that are in the page become files; others stay links to where they are.
 */
import { type Block, MAX_CAPTION_LENGTH, withoutImpliedStarts } from '@tandem/document';
import { pageSchema } from '@tandem/document/schema';
import { truncateText } from '@tandem/protocol';
import { DOMParser, Schema } from '@tiptap/pm/model';
import { parseHTML } from 'linkedom/worker';
import { normalizeHtml } from '../editor/clipboard/pasted-html.ts';
import { EmbeddedData } from './embedded-data.ts';
import { ImportedFiles } from './imported-files.ts';
import { type ImportedDocument, Losses, RefusedFile } from './imported.ts';
import { IMPORT_LIMITS } from './limits.ts';
import { splitTitle, withTexts } from './imported-blocks.ts';

/** Tags without an end, which pages of careless programs have as well. */
const MAX_OPEN_TAGS = 5_000;

const parser = DOMParser.fromSchema(new Schema(pageSchema));

interface HtmlImportOptions {
  /** What another reader has found already. */
  readonly losses?: Losses;
}

export function importHtml(
  html: string,
  { losses = new Losses() }: HtmlImportOptions = {},
): ImportedDocument {
  const data = new EmbeddedData(html);
  const source = data.text;
  if (source.length > IMPORT_LIMITS.maxHtmlLength) throw new RefusedFile('too-long');
  checkTags(source);
  const { document } = parseHTML(asPage(source));
  const { body } = document;
  checkDepth(body);
  const files = new ImportedFiles();
  countLosses(body, losses);
  readFigures(body, { data, files });
  readImages(body, { data, files, losses });
  readTableCaptions(body);
  removeInnerLinks(body);
  readCheckboxes(body);
  const pageTitle = document.querySelector('title')?.textContent?.replace(/\s+/g, ' ').trim();
  normalizeHtml(body);
  const node = parser.parse(body, { preserveWhitespace: false });
  node.check();
  const content = (node.toJSON() as { content?: Block[] }).content ?? [];
  const { title, blocks } = splitTitle(
    withTexts(withoutImpliedStarts(content), (text) => data.restore(text)),
  );
  return {
    title: title ?? (pageTitle || null),
    blocks,
    files: files.list(),
    losses: losses.list(),
  };
}

/** Their ends may be left out, or they have none. */
const UNCLOSED =
  /^(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr|p|li|dt|dd|t[rdh]|thead|tbody|tfoot|option|html|head|body)$/i;

/** Before the parser, which takes quadratic time for what is too deep. */
function checkTags(html: string): void {
  let count = 0;
  let depth = 0;
  for (const [, closing, name] of html.matchAll(/<(?:(\/?)([a-z][a-z0-9]*))?/gi)) {
    if (++count > IMPORT_LIMITS.maxHtmlTags) throw new RefusedFile('too-long');
    if (name === undefined || UNCLOSED.test(name)) continue;
    depth = closing === '' ? depth + 1 : Math.max(0, depth - 1);
    if (depth > MAX_OPEN_TAGS) throw new RefusedFile('too-deep');
  }
}

function asPage(html: string): string {
  const page = /<html[\s>]/i.test(html) ? html : `<html><body>${html}</body></html>`;
  return /^\s*<!doctype/i.test(page) ? page : `<!doctype html>${page}`;
}

function checkDepth(root: Element): void {
  let depth = 0;
  for (let node: Node = root; ;) {
    if (node.firstChild !== null) {
      if (++depth > IMPORT_LIMITS.maxHtmlDepth) throw new RefusedFile('too-deep');
      node = node.firstChild;
      continue;
    }
    while (node !== root && node.nextSibling === null) {
      node = node.parentNode!;
      depth--;
    }
    if (node === root) return;
    node = node.nextSibling!;
  }
}

const EMBEDS = 'iframe, video, audio, object, embed, canvas, svg';
const FORMS = 'input:not([type=checkbox]):not([type=hidden]), select, textarea, button';

function countLosses(body: Element, losses: Losses): void {
  losses.add('tables', body.querySelectorAll('table').length);
  losses.add('embeds', body.querySelectorAll(EMBEDS).length);
  losses.add('formulas', body.querySelectorAll('math').length);
  losses.add('forms', body.querySelectorAll(FORMS).length);
}

interface FileReading {
  readonly data: EmbeddedData;
  readonly files: ImportedFiles;
}

/** The words above a table, which has no place for them when it becomes lines. */
function readTableCaptions(body: Element): void {
  for (const caption of body.querySelectorAll('table > caption')) {
    const paragraph = caption.ownerDocument.createElement('p');
    paragraph.append(...caption.childNodes);
    caption.parentElement!.before(paragraph);
    caption.remove();
  }
}

/** Text programs write a task as a paragraph that begins with a box. */
function readCheckboxes(body: Element): void {
  for (const box of body.querySelectorAll('p > input[type=checkbox]:first-child')) {
    const paragraph = box.parentElement!;
    if (paragraph.closest('li') !== null || paragraph.firstChild !== box) continue;
    paragraph.setAttribute('data-list', 'task');
    if (box.hasAttribute('checked')) paragraph.setAttribute('data-checked', 'true');
    box.remove();
    const text = paragraph.firstChild;
    if (text?.nodeType === 3) text.nodeValue = text.nodeValue!.trimStart();
  }
}

/** They lead to a place in the page, which a document does not have. */
function removeInnerLinks(body: Element): void {
  for (const link of body.querySelectorAll('a[href^="#"]'))
    // The sign at the end of a footnote, and the one beside a heading.
    if (/^\s*[↑↩¶#§]?\s*$/.test(link.textContent ?? '') && link.querySelector('img') === null)
      link.remove();
    else link.replaceWith(...link.childNodes);
}

/** Our own export: its figures have all attributes, but ids of files that are elsewhere. */
function readFigures(body: Element, { data, files }: FileReading): void {
  for (const figure of body.querySelectorAll('figure[data-file]')) {
    figure.removeAttribute('data-file');
    const link = figure.querySelector('img[src], a[href]');
    const found = data.find(link?.getAttribute('src') ?? link?.getAttribute('href') ?? '');
    if (found === null) continue;
    const file = files.add(found, figure.getAttribute('data-name'));
    figure.setAttribute('data-file', file.id);
    figure.setAttribute('data-type', file.kind);
    figure.setAttribute('data-size', String(file.blob.size));
    figure.replaceChildren();
  }
}

function readImages(
  body: Element,
  { data, files, losses }: FileReading & { readonly losses: Losses },
): void {
  for (const image of body.querySelectorAll('img')) {
    const source = image.getAttribute('src')?.trim() ?? '';
    const words = image.getAttribute('alt')?.replace(/\s+/g, ' ').trim() ?? '';
    const found = data.find(source);
    if (found !== null) {
      const file = files.add(found, null);
      const figure = image.ownerDocument.createElement('figure');
      const around = figureOf(image);
      const caption = around === null ? null : captionOf(around);
      for (const [name, value] of Object.entries({
        type: file.kind,
        file: file.id,
        name: file.name,
        size: String(file.blob.size),
        ...(words !== '' && { alt: truncateText(words, MAX_CAPTION_LENGTH) }),
        ...(caption !== null && { caption }),
      }))
        figure.setAttribute(`data-${name}`, value);
      const place = around ?? image;
      const link = image.closest('a[href]');
      (link?.contains(place) ? link : place).before(figure);
      place.remove();
      if (link !== null && (place.contains(link) || isEmpty(link))) {
        losses.add('imageLinks');
        link.remove();
      }
    } else if (/^https?:\/\//i.test(source)) {
      const name = words || source;
      if (image.closest('a') !== null) {
        losses.add('linkedImages');
        image.replaceWith(name);
      } else {
        losses.add('remoteImages');
        const link = image.ownerDocument.createElement('a');
        link.setAttribute('href', source);
        link.textContent = name;
        image.replaceWith(link);
      }
    } else {
      if (source !== '') losses.add('missingImages');
      // Signs drawn as images are read later, by their words.
      if (source !== '' && words !== '' && !/^\p{Extended_Pictographic}/u.test(words))
        image.replaceWith(words);
    }
  }
}

function isEmpty(link: Element): boolean {
  return link.textContent?.trim() === '' && link.querySelector('img') === null;
}

/** A figure that holds this image, a caption that fits, and nothing else: the image stands for all of it. */
function figureOf(image: Element): Element | null {
  const figure = image.closest('figure');
  if (figure === null || figure.querySelectorAll('img, hr, figure').length !== 1) return null;
  const captions = [...figure.querySelectorAll('figcaption')];
  const words = captions.map(({ textContent }) => textContent ?? '').join('');
  const isAlone = captions.length < 2 && (figure.textContent ?? '').trim() === words.trim();
  const fits = [...(captionOf(figure) ?? '')].length <= MAX_CAPTION_LENGTH;
  return isAlone && fits && figure.querySelector('figcaption a') === null ? figure : null;
}

function captionOf(figure: Element): string | null {
  const words = figure.querySelector('figcaption')?.textContent;
  return words?.replace(/\s+/g, ' ').trim() || null;
}
