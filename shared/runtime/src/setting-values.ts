/** How single values of the environment are read. Each message continues a sentence that begins with the variable's name. */
import { logLimits } from '@gridmr/contracts';
import { z } from 'zod';

/** A value quoted for a message: never for URLs and keys, which hold secrets. */
export function shown(value: string): string {
  return JSON.stringify(value.slice(0, logLimits.textLengthMax));
}

/** Decimal digits only: no sign, no exponent. */
export function wholeNumber(min: number, max: number) {
  return numberOf(/^\d{1,15}$/, 'a whole number', min, max);
}

/** As `2` or `0.5`. */
export function wholeOrFraction(min: number, max: number) {
  return numberOf(/^\d{1,15}(?:\.\d{1,15})?$/, 'a number', min, max);
}

function numberOf(form: RegExp, what: string, min: number, max: number) {
  return z.string().transform((text, ctx) => {
    const value = Number(text);
    if (form.test(text.trim()) && value >= min && value <= max) return value;
    ctx.addIssue({ code: 'custom', message: `is ${shown(text)}; accepted is ${what} from ${min} to ${max}` });
    return z.NEVER;
  });
}

/** A URL with one of the protocols, which may hold a password and so is never repeated. */
export function secretUrl(protocols: readonly string[]) {
  const accepted = protocols.map(protocol => `${protocol}://…`).join(' or ');
  return z.string().superRefine((text, ctx) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url !== undefined && url.hostname !== '' && protocols.includes(url.protocol.slice(0, -1))) return;
    ctx.addIssue({ code: 'custom', message: `is not a URL of this kind; accepted is ${accepted}` });
  });
}
