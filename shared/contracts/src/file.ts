/** Files of the data directory, as they are uploaded, listed and downloaded. */
import { z } from 'zod';
import { fileLimits } from './access-limits.js';
import { requestLimits } from './api-limits.js';
import { pathFault } from './data-path.js';
import { pageQuerySchema } from './job.js';

/** Below it stands a directory for each client whose keys have the role `user`. */
export const usersDirectory = 'users';
/** Below it stands the output of each job that named no place for it. */
export const outputsDirectory = 'output';
/** Uploads that are on their way: `.gridmr/uploads/<upload_id>`. */
export const uploadsDirectory = '.gridmr/uploads';

export const fileSchema = z
  .object({
    path: z.string().meta({ description: 'Relative to the data directory' }),
    bytes: z.number().int().nonnegative(),
    modified_at: z.iso.datetime(),
  })
  .meta({ id: 'File' });
export type StoredFile = z.infer<typeof fileSchema>;

export const fileListQuerySchema = pageQuerySchema.extend({
  prefix: z
    .string()
    .max(requestLimits.pathLengthMax)
    .default('')
    .meta({ description: 'Only files whose path begins so; `logs/` is a whole directory' }),
  cursor: z.string().max(fileLimits.cursorLengthMax).optional(),
});

/** Characters that say something else than they show, or that some file systems leave out of names. */
const unseen = /[\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}]/u;
const encoder = new TextEncoder();

/**
 * What is wrong with the path of a file as a user gives it, in words that follow "the path"; undefined if nothing is. Stricter than for
 * jobs: it is judged as it stands, and nothing in it is hidden.
 */
export function filePathFault(path: string): string | undefined {
  const fault = pathFault(path);
  if (fault !== undefined) return fault;
  if (unseen.test(path)) return 'contains a character that cannot be seen';
  const segments = path.split('/');
  if (segments.some(segment => segment.startsWith('.'))) return 'has a name that begins with a dot';
  if (segments.includes('')) return 'has an empty name';
  if (segments.some(segment => encoder.encode(segment).length > fileLimits.nameBytesMax)) {
    return `has a name of more than ${fileLimits.nameBytesMax} bytes`;
  }
  const first = segments[0] ?? '';
  const folded = first.normalize('NFKC').toLowerCase();
  if (folded !== first && [usersDirectory, outputsDirectory].includes(folded)) return `is too much like ${folded}/`;
  return undefined;
}
