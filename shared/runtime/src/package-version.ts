/** The version of the package that a program belongs to. */
import { createRequire } from 'node:module';
import { z } from 'zod';

const manifestSchema = z.object({ version: z.string() });

/** @param moduleUrl `import.meta.url` of a module directly below the package's `dist` */
export function packageVersion(moduleUrl: string): string {
  return manifestSchema.parse(createRequire(moduleUrl)('../package.json')).version;
}
