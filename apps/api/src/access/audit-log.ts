/** Writes down who did what. An entry that cannot be stored does not take back what it tells of: the log has it then. */
import { type AuditAction, type AuditEntry, newJobId, randomToken } from '@gridmr/contracts';
import type { History } from '@gridmr/history';
import type { Logger } from '@gridmr/runtime';
import type { Request, Response } from 'express';
import { requestIdOf } from '../request-id.js';
import { addressOf } from './address-of.js';
import type { Caller } from './caller.js';

const targetLengthMax = 1024;
/** Digits of an id: those of a job id's time, then the number of the entry in its process, then random ones. */
const timeDigits = 10;
const numberDigits = 8;
const randomDigits = 6;

export class AuditLog {
  readonly #records: History['audit'];
  readonly #logger: Logger;
  #noted = 0;

  constructor(records: History['audit'], logger: Logger) {
    this.#records = records;
    this.#logger = logger;
  }

  /** @param caller undefined for one that nobody knows */
  async note(
    action: AuditAction,
    target: string | undefined,
    caller: Caller | undefined,
    request: Request,
    response: Response,
  ): Promise<void> {
    const entry: AuditEntry = {
      audit_id: this.#newId(),
      at: new Date().toISOString(),
      action,
      client_id: caller?.clientId ?? null,
      key_id: caller?.keyId ?? null,
      role: caller?.role ?? null,
      address: addressOf(request),
      target: target?.slice(0, targetLengthMax) ?? null,
      request_id: requestIdOf(response),
    };
    try {
      await this.#records.add(entry);
    } catch (error) {
      this.#logger.error('an entry of the audit log could not be stored', { ...entry, error });
    }
  }

  /** Sorts by time; those of one millisecond and one process by their order. */
  #newId(): string {
    const time = newJobId().slice(1, 1 + timeDigits);
    return `a${time}${String(this.#noted++).padStart(numberDigits, '0')}${randomToken(randomDigits)}`;
  }
}
