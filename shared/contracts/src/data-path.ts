/**
 * Paths as users write them. Every path names something inside the data directory; a leading `/data/` means the data
 * directory. This module judges the text alone: whether a symbolic link leads outside is for the storage to say.
 */
import { z } from 'zod';
import { requestLimits } from './api-limits.js';

/** The platform's own files, under the data directory, which users neither read nor write. */
export const reservedDirectory = '.gridmr';

/** Files on their way to a place outside of the reserved directory: what is ended half-way must not show up among a user's files. */
export const temporaryDirectory = `${reservedDirectory}/tmp`;

const dataPrefix = /^\/data(?:\/+|$)/;

/** What is wrong with a user's path, in words that follow "the path"; undefined if nothing is. */
export function pathFault(path: string): string | undefined {
  if (path.includes('\0')) return 'contains a NUL character';
  if (path.includes('\\')) return 'contains a backslash; separate directories with /';
  const relative = path.replace(dataPrefix, '');
  if (relative.startsWith('/')) return 'is absolute; paths are inside the data directory, as input/book.txt';
  const segments = relative.split('/').filter(segment => segment !== '' && segment !== '.');
  if (segments.includes('..')) return 'contains .. ; paths cannot leave the data directory';
  if (segments[0] === reservedDirectory) return `is inside ${reservedDirectory}, which belongs to GridMR`;
  return undefined;
}

/** `/data/a//b/./c` → `a/b/c`: relative to the data directory, '' for the data directory itself. */
export function normaliseDataPath(path: string): string {
  return path
    .replace(dataPrefix, '')
    .split('/')
    .filter(segment => segment !== '' && segment !== '.')
    .join('/');
}

/** A path of a request: refused with its fault, else relative to the data directory. */
export const dataPathSchema = z
  .string()
  .min(1, 'must not be empty')
  .max(requestLimits.pathLengthMax)
  .superRefine((path, ctx) => {
    const fault = pathFault(path);
    if (fault !== undefined) ctx.addIssue({ code: 'custom', message: `the path ${fault}`, params: { path: true } });
  });
