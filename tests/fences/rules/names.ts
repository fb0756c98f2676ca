/** Names of files and folders say what is inside. */
import { isCode, type Rule } from '../source-file.js';

/** Words that say nothing wherever they stand in a name. */
const emptyWords = ['util', 'utils', 'helper', 'helpers', 'manager', 'common', 'misc'];
/** Words that say nothing when they are the whole name (`data-path` says something). */
const emptyNames = ['data', 'info'];

const kebabCase = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** `shared/x/src/merge/loser-tree.test.ts` → `merge`, `loser-tree`. */
function namesIn(path: string): string[] {
  const below = path.replace(/^(shared|apps)\/([^/]+)\//, '$2/').replace(/^(tests|scripts)\//, '');
  return below.split('/').map(name => name.replace(/(\.test|\.d)?\.[a-z]+$/, ''));
}

export const kebabCaseNames: Rule = files =>
  files
    .filter(file => isCode(file.path))
    .flatMap(file =>
      namesIn(file.path)
        .filter(name => !kebabCase.test(name))
        .map(name => `${file.path}: "${name}" is not kebab-case`),
    );

export const tellingNames: Rule = files =>
  files
    .filter(file => isCode(file.path))
    .flatMap(file =>
      namesIn(file.path)
        .filter(name => emptyNames.includes(name) || name.split('-').some(word => emptyWords.includes(word)))
        .map(name => `${file.path}: "${name}" does not say what is inside`),
    );
