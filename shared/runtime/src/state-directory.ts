/** The directory of this machine that embedded parts keep their files in: the job records in SQLite, the private queue server. */
import { type Settings, SettingsError } from './settings.js';

type Needed = 'GRIDMR_REDIS_URL' | 'GRIDMR_DATABASE_URL';

/**
 * @param needs what this process would have to keep there, if it is not somewhere else
 * @throws {SettingsError} if the files are in an object store, and there is nothing else to keep it in
 */
export function stateDirectory(settings: Settings, needs: readonly Needed[]): string {
  if (settings.stateDirectory !== undefined) return settings.stateDirectory;
  const isSet = { GRIDMR_REDIS_URL: settings.redisUrl, GRIDMR_DATABASE_URL: settings.databaseUrl };
  const missing = needs.filter(name => isSet[name] === undefined);
  // Nobody looks into it then.
  if (missing.length === 0) return '';
  throw new SettingsError(missing.map(faultOf));
}

const kept: Readonly<Record<Needed, string>> = {
  GRIDMR_REDIS_URL: 'a private queue server',
  GRIDMR_DATABASE_URL: 'the job records in SQLite',
};

function faultOf(name: Needed): string {
  return `${name} is not set, and ${kept[name]} cannot be kept in an object store (GRIDMR_DATA_DIR); set it, or set GRIDMR_STATE_DIR to a directory of this machine`;
}
