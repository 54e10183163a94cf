/** Tree of a Markdown text. It holds text and checked addresses only: nothing of it is HTML. */

/** Block of a text; paragraphs of tight and loose lists are the same, so that a list does not change while it grows. */
export type Block =
  | { readonly kind: 'paragraph'; readonly children: readonly Inline[] }
  | { readonly kind: 'heading'; readonly level: number; readonly children: readonly Inline[] }
  | { readonly kind: 'quote'; readonly children: readonly Block[] }
  | List
  | Table
  | CodeBlock
  | { readonly kind: 'formula'; readonly source: string; readonly isOpen: boolean }
  | { readonly kind: 'rule' };

export interface List {
  readonly kind: 'list';
  /** Number of the first item, or null for bullets. */
  readonly start: number | null;
  readonly items: readonly Item[];
}

export interface Item {
  /** Whether the task is done, or null for an item that is no task. */
  readonly done: boolean | null;
  readonly children: readonly Block[];
}

export type Align = 'left' | 'center' | 'right' | null;
export type Cell = readonly Inline[];

export interface Table {
  readonly kind: 'table';
  readonly aligns: readonly Align[];
  readonly head: readonly Cell[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface CodeBlock {
  readonly kind: 'code';
  /** First word after the fence, such as `python`; empty without one. */
  readonly language: string;
  readonly text: string;
  /** Whether the end of the block is still to come. */
  readonly isOpen: boolean;
}

export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'break' }
  | { readonly kind: 'code'; readonly text: string }
  | {
      readonly kind: 'formula';
      readonly source: string;
      readonly isDisplay: boolean;
      readonly isOpen: boolean;
    }
  | { readonly kind: 'emphasis' | 'strong' | 'struck'; readonly children: readonly Inline[] }
  /** `address` is null while it is incomplete. */
  | { readonly kind: 'link'; readonly address: string | null; readonly children: readonly Inline[] }
  /** Never loaded, because a request for an image tells its server what was written. */
  | { readonly kind: 'image'; readonly address: string | null; readonly alt: string };
