import {
  attributeNames,
  blockOfType,
  BLOCKS,
  type ContentPart,
  type Formats,
  readMarks,
  type ShownBlock,
} from '@tandem/document/stream';
import { Fragment, type Mark, type Node, type Schema } from '@tiptap/pm/model';

export class BlockNodes {
  readonly #schema: Schema;
  readonly #nodes = new WeakMap<ShownBlock, Node>();
  readonly #marks = new WeakMap<Formats, readonly Mark[]>();

  constructor(schema: Schema) {
    this.#schema = schema;
  }

  get(block: ShownBlock, similar: Node | undefined): Node {
    let node = this.#nodes.get(block);
    if (node) return node;
    node = this.#create(block);
    if (similar?.eq(node)) node = similar;
    this.#nodes.set(block, node);
    return node;
  }

  set(block: ShownBlock, node: Node): void {
    this.#nodes.set(block, node);
  }

  #create({ id, attributes, content }: ShownBlock): Node {
    const name = blockOfType(attributes.type);
    const attrs: Record<string, unknown> = { id };
    for (const attribute of attributeNames(name)) attrs[attribute] = attributes[attribute];
    const type = this.#schema.nodes[name]!;
    const { content: holds, marks } = BLOCKS[name];
    if (holds === '') return type.create(attrs);
    if (marks !== '') return type.create(attrs, this.#inline(content));
    const text = content.map((part) => part.text).join('');
    return type.create(attrs, text === '' ? null : this.#schema.text(text));
  }

  #inline(content: readonly ContentPart[]): Fragment {
    const nodes: Node[] = [];
    for (const { text, formats } of content) {
      const marks = this.#marksOf(formats);
      for (const [index, line] of text.split('\n').entries()) {
        if (index > 0) nodes.push(this.#schema.node('hardBreak'));
        if (line !== '') append(nodes, this.#schema.text(line, marks));
      }
    }
    return Fragment.fromArray(nodes);
  }

  #marksOf(formats: Formats): readonly Mark[] {
    let marks = this.#marks.get(formats);
    if (!marks) {
      marks = readMarks(formats).reduce<readonly Mark[]>(
        (set, mark) =>
          this.#schema.marks[mark.type]!.create('attrs' in mark ? mark.attrs : null).addToSet(set),
        [],
      );
      this.#marks.set(formats, marks);
    }
    return marks;
  }
}

function append(nodes: Node[], text: Node): void {
  const last = nodes.at(-1);
  if (last?.isText && last.sameMarkup(text))
    nodes[nodes.length - 1] = text.type.schema.text(last.text! + text.text!, last.marks);
  else nodes.push(text);
}
