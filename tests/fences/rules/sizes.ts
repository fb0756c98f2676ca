/** Small files in shallow folders. */
import { isCode, isProduct, type Rule } from '../source-file.js';

const linesMax = 500;
const medianLinesMax = 100;
const foldersBelowSrcMax = 2;

function linesOf(text: string): number {
  return text.replace(/\n$/, '').split('\n').length;
}

export const shortFiles: Rule = files =>
  files
    .filter(file => isCode(file.path) && linesOf(file.text) > linesMax)
    .map(file => `${file.path}: has ${linesOf(file.text)} lines, more than ${linesMax}`);

export const shortMedian: Rule = files => {
  const lengths = files
    .filter(file => isCode(file.path) && isProduct(file.path))
    .map(file => linesOf(file.text))
    .sort((a, b) => a - b);
  const median = lengths[Math.floor(lengths.length / 2)] ?? 0;
  return median < medianLinesMax ? [] : [`src: the median file has ${median} lines, not under ${medianLinesMax}`];
};

export const shallowFolders: Rule = files =>
  files
    .filter(file => isCode(file.path) && isProduct(file.path))
    .filter(file => (file.path.split('/src/')[1] ?? '').split('/').length - 1 > foldersBelowSrcMax)
    .map(file => `${file.path}: is more than ${foldersBelowSrcMax} folders deep below src`);
