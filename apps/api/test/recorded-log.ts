/** A log that keeps its lines, so that tests can read them. */
import type { LogFields, Logger } from '@gridmr/runtime';

export interface LogLine extends LogFields {
  readonly level: string;
  readonly message: string;
}

export class RecordedLog implements Logger {
  constructor(
    readonly lines: LogLine[] = [],
    private readonly fields: LogFields = {},
  ) {}

  error(message: string, fields?: LogFields): void {
    this.#keep('error', message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#keep('warn', message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#keep('info', message, fields);
  }

  debug(message: string, fields?: LogFields): void {
    this.#keep('debug', message, fields);
  }

  child(fields: LogFields): Logger {
    return new RecordedLog(this.lines, { ...this.fields, ...fields });
  }

  #keep(level: string, message: string, fields?: LogFields): void {
    this.lines.push({ ...this.fields, ...fields, level, message });
  }
}
