/** Bounds of who may do what, and of files over HTTP, each named with its unit. */

const kib = 1024;
const mib = 1024 * kib;
const secondMs = 1000;

/** Keys, sessions, rates and the audit log (`apps/api/src/access`). */
export const accessLimits = {
  keyNameLengthMax: 64,
  /** Of all keys in the database together. */
  keysMax: 1000,
  /** A secret that people thought of themselves, in the settings: guesses are limited too. */
  settingsSecretLengthMin: 16,
  secretLengthMax: 512,
  secretBytes: 32,
  /** A key that was found good is asked for again after this, so that a deleted one is refused everywhere. */
  keyBelievedMs: 2 * secondMs,
  keysBelievedMax: 1000,
  /** How often an open stream of events is asked whether its key or session is still good. */
  streamCheckMs: 5 * secondMs,
  /** How often the last use of a key is written. */
  lastUseEveryMs: 60 * secondMs,
  sessionHours: 12,
  /** Of one key; opening another one ends the oldest. */
  sessionsPerKeyMax: 100,
  /** Rates are counted in windows of this. */
  rateWindowSeconds: 10,
  /** Refused keys of one address within `refusedWindowSeconds`; then every key that is not known yet is refused unread. */
  refusedMax: 20,
  refusedWindowSeconds: 60,
  /** While Redis is away, callers are counted in so many groups, in memory. */
  rateGroupsMax: 10_000,
  /** And Redis is tried again after this. */
  rateRedisRetryMs: 2 * secondMs,
  /** The oldest entries beyond are removed, whatever their age. */
  auditEntriesMax: 1_000_000,
  auditRemovedAtOnce: 10_000,
} as const;

/** Files over HTTP (`apps/api/src/files`). */
export const fileLimits = {
  /** What file systems take for one name. */
  nameBytesMax: 255,
  cursorLengthMax: 8 * kib,
  /** Nothing arrives for so long: the upload is given up. */
  uploadIdleMs: 60 * secondMs,
  /** A file of an upload that nobody wrote to for so long belongs to a process that is gone. */
  uploadAbandonedMs: 900 * secondMs,
  /** What an upload of unknown length sets aside of its quota at a time. */
  reservedBytes: 8 * mib,
  uploadsAtOnceMax: 64,
} as const;
