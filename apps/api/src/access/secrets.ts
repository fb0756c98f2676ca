/**
 * Secrets of keys and tokens of sessions. Both are 32 random bytes, so their plain SHA-256 cannot be turned back by guessing, and a slow hash
 * would only slow down each request. `gmr_<key_id>_<secret>`: the id finds the row, the whole is compared by its hash.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { accessLimits, randomToken } from '@gridmr/contracts';

const idDigits = 16;
const secretForm = /^gmr_(k[0-9a-hjkmnp-tv-z]{16})_[A-Za-z0-9_-]{43}$/;

export function newKeyId(): string {
  return `k${randomToken(idDigits)}`;
}

export function newSecret(keyId: string): string {
  return `gmr_${keyId}_${newToken()}`;
}

export function newToken(): string {
  return randomBytes(accessLimits.secretBytes).toString('base64url');
}

/** Which key a secret claims to be of; undefined if it is of none that was made here. */
export function keyIdIn(secret: string): string | undefined {
  return secretForm.exec(secret)?.[1];
}

/** The id of a key of the settings: another secret is another key. */
export function settingsKeyId(hash: string): string {
  return `s${secretHash(`id of ${hash}`).slice(0, idDigits)}`;
}

/** SHA-256, hexadecimal. */
export function secretHash(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** In a time that says nothing of where they differ. */
export function sameHash(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
