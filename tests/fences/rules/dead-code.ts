/** What is exported is used: by another file, or by its own. A name that stands nowhere else is dead. */
import { targetOf } from '../imports.js';
import { isCode, isProduct, type Rule, type SourceFile } from '../source-file.js';

const exportedName = /^export (?:abstract )?(?:async )?(?:function\*?|class|const|let|interface|type|enum) (\w+)/gm;
const word = /[A-Za-z_$][\w$]*/g;

export const noDeadExports: Rule = files => {
  const code = files.filter(file => isCode(file.path));
  const mentions = countMentions(code);
  const whole = new Set(code.flatMap(importedWhole));
  return code
    .filter(file => isProduct(file.path) && !whole.has(file.path))
    .flatMap(file =>
      [...file.text.matchAll(exportedName)]
        .map(([, name = '']) => name)
        .filter(name => (mentions.get(name) ?? 0) < 2)
        .map(name => `${file.path}: nothing uses ${name}`),
    );
};

/** Files that `file` imports as one object: what of them is asked for cannot be told from the text. */
function importedWhole(file: SourceFile): string[] {
  return [...file.text.matchAll(/^import \* as \w+ from '(\.[^']+)\.js';/gm)].map(
    ([, specifier = '']) => `${targetOf(file, specifier)}.ts`,
  );
}

/** How often each word stands in code. Words in comments count too, which spares a rare dead one and accuses no living one. */
function countMentions(files: readonly SourceFile[]): Map<string, number> {
  const mentions = new Map<string, number>();
  for (const { text } of files) {
    for (const [name] of text.matchAll(word)) mentions.set(name, (mentions.get(name) ?? 0) + 1);
  }
  return mentions;
}
