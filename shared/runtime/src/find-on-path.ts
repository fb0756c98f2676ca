import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** The absolute path of the first of these programs that PATH has, in the order given. None on Windows. */
export async function findOnPath(names: readonly string[]): Promise<string | undefined> {
  if (process.platform === 'win32') return undefined;
  const directories = (process.env.PATH ?? '').split(delimiter).filter(directory => directory !== '');
  for (const name of names) {
    for (const directory of directories) {
      const path = join(directory, name);
      if (await isExecutable(path)) return path;
    }
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
