/** What the fences look at. Every rule is a pure function of files, so that a test can plant a violation. */
export interface SourceFile {
  /** Relative to the repository's root, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** One sentence per fault, beginning with the file's path. */
export type Rule = (files: readonly SourceFile[]) => string[];

/** The package a file belongs to, as `shared/engine`; `scripts` and `tests` stand for themselves. */
export function packageOf(path: string): string {
  const [top = '', second = ''] = path.split('/');
  return top === 'shared' || top === 'apps' ? `${top}/${second}` : top;
}

/** Whether a file is part of a package's product rather than of its tests. */
export function isProduct(path: string): boolean {
  return /^(shared|apps)\/[^/]+\/src\//.test(path);
}

/** Files of TypeScript or JavaScript. */
export function isCode(path: string): boolean {
  return /\.(ts|tsx|mts|js|mjs)$/.test(path);
}
