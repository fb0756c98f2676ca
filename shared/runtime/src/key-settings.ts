/** Keys that come from the environment. What is wrong with one is told without repeating it. */
import { accessLimits, type KeyRole, keyNameSchema, keyRoleSchema } from '@gridmr/contracts';
import { z } from 'zod';

/** One entry of GRIDMR_API_KEYS. */
export interface ApiKey {
  readonly name: string;
  readonly role: KeyRole;
  readonly secret: string;
}

const secretLengthMin = accessLimits.settingsSecretLengthMin;
const secret = z
  .string()
  .regex(/^[\x21-\x2b\x2d-\x7e]*$/, 'holds other characters than letters, digits and signs of ASCII')
  .min(secretLengthMin, `is shorter than ${secretLengthMin} characters`)
  .max(accessLimits.secretLengthMax, `is longer than ${accessLimits.secretLengthMax} characters`);

/** `name:role:secret`, separated by commas. Secrets may hold colons. */
export const apiKeys = z.string().transform((text, ctx): readonly ApiKey[] => {
  const entries = text.split(',').map(entry => entry.trim());
  const keys = entries.flatMap((entry, i) => {
    const key = readEntry(entry);
    if (typeof key !== 'string') return [key];
    ctx.addIssue({ code: 'custom', message: `has a fault in entry ${i + 1}: ${key}; an entry is name:role:secret` });
    return [];
  });
  if (new Set(keys.map(key => key.secret)).size < keys.length) {
    ctx.addIssue({ code: 'custom', message: 'has the same secret twice' });
  }
  return keys;
});

export const scrapeKey = secret;

/** The key, or what is wrong with it. */
function readEntry(entry: string): ApiKey | string {
  const [name = '', role = '', ...rest] = entry.split(':');
  if (!keyNameSchema.safeParse(name).success) return 'its name must be of lower-case letters, digits, - and _';
  const knownRole = keyRoleSchema.safeParse(role);
  if (!knownRole.success) return `its role must be one of ${keyRoleSchema.options.join(', ')}`;
  const text = secret.safeParse(rest.join(':'));
  return text.success
    ? { name, role: knownRole.data, secret: text.data }
    : `its secret ${text.error.issues[0]?.message}`;
}
