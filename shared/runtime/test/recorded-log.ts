import type { LogFields, Logger } from '@gridmr/runtime';

/** A log that keeps its lines for the test to read. */
export class RecordedLog implements Logger {
  readonly lines: { level: string; message: string; fields: LogFields }[] = [];

  error(message: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'error', message, fields });
  }

  warn(message: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'warn', message, fields });
  }

  info(message: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'info', message, fields });
  }

  debug(message: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'debug', message, fields });
  }

  child(): Logger {
    return this;
  }
}
