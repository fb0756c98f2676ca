/** Code that no file holds. */
import { isCode, type Rule, type SourceFile } from '../source-file.js';

/** Comments, strings and templates, which may speak of anything. */
const prose = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g;

function linesWith(file: SourceFile, pattern: RegExp): number[] {
  const code = file.text.replace(prose, words => words.replace(/[^\n]/g, ' '));
  return code.split('\n').flatMap((line, i) => (pattern.test(line) ? [i + 1] : []));
}

function forbid(pattern: RegExp, fault: string, isExempt: (path: string) => boolean = () => false): Rule {
  return files =>
    files
      .filter(file => isCode(file.path) && !isExempt(file.path))
      .flatMap(file => linesWith(file, pattern).map(line => `${file.path}:${line}: ${fault}`));
}

export const noAny = forbid(/[:<,|&([]\s*any\s*[\])>,;|&=[{]|\bas any\b|:\s*any$/, 'uses the type any');

export const noDefaultExport = forbid(/^export default\b|\bas default\b/, 'has a default export');

export const noConsole = forbid(
  /\bconsole\s*\./,
  'writes to the console; services log through @gridmr/runtime',
  path => path.startsWith('scripts/') || path.startsWith('apps/launcher/'),
);
