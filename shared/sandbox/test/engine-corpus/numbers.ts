import { programsOf } from './programs-of.js';

/** Arithmetic, conversions, bits, `Math`, `BigInt`; nothing whose last digit the standard leaves open. */
export const numbers = programsOf(String.raw`
  0.1 + 0.2
  [1 / 0, -1 / 0, 0 / 0, -0, 5 % -3, -5 % 3, -0 % 1]
  [2 ** 53, 2 ** 53 + 1, 2 ** -1074, 2 ** 1023 * 2, (-8) ** (1 / 3)]
  [1e21, 1e-7, 123456789012345680000, 1.7976931348623157e308, 5e-324, 0.000001]
  [4294967295 | 0, 4294967296 | 0, -1 >>> 0, 1 << 31, 1 << 32, -9 >> 1, -9 >>> 28]
  [5 & 3, 5 | 3, 5 ^ 3, ~5, ~~-3.7, 2147483648 | 0, 1e10 | 0, NaN | 0]
  [parseInt('0x1f'), parseInt('12px'), parseInt(''), parseInt('101', 2), parseInt('z', 36), parseFloat('3.14abc'), parseFloat('.5e-3')]
  [Number(''), Number(' 12 '), Number('0b101'), Number('0o17'), Number('1e3'), Number('1_000'), Number(null), Number(undefined), Number([7]), Number({})]
  [(255).toString(16), (0.5).toString(2), (-255).toString(36), (2 ** 40).toString(7), (0.375).toString(8)]
  [(1.005).toFixed(2), (1e21).toFixed(2), (0).toFixed(3), (-1.5).toFixed(0), (2.5).toFixed(0), (123.456).toFixed(10)]
  [(123.456).toPrecision(4), (0.00001).toPrecision(1), (1e21).toPrecision(3), (123456).toExponential(2), (0).toExponential()]
  [Math.round(-0.5), Math.round(2.5), Math.round(-2.5), Math.round(0.49999999999999994), Math.trunc(-4.7), Math.sign(-3)]
  [Math.max(), Math.min(), Math.max(1, NaN), Math.hypot(3, 4), Math.cbrt(27), Math.fround(5.5), Math.clz32(1), Math.imul(0xffffffff, 5)]
  [Math.floor(-1.5), Math.ceil(-1.5), Math.abs(-7.25), Math.sqrt(2), Math.log2(8), Math.log10(1000), Math.expm1(0), Math.log1p(0)]
  [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, Number.EPSILON, Number.MIN_VALUE, Number.MAX_VALUE]
  [Number.isInteger(5.0), Number.isSafeInteger(2 ** 53), Number.isNaN('x'), isNaN('x'), isFinite('12'), Number.isFinite('12')]
  [0 === -0, Object.is(0, -0), Object.is(NaN, NaN), NaN === NaN, 1 / -0]
  [1 < 2 < 3, 3 > 2 > 1, '10' < '9', '10' < 9, null >= 0, undefined == 0, null == 0, [2] > 1]
  [1 + '2', '3' - 1, '3' * '4', true + true, [] + {}, [] + [], null + 1, undefined + 1, 1 + null + 'x']
  [typeof NaN, typeof 1n, typeof null, typeof undefined, typeof (() => 1), typeof Symbol(), typeof class {}]
  [10n ** 30n, -7n / 2n, -7n % 2n, 5n & 3n, 1n << 70n, -1n >> 3n, BigInt.asUintN(8, 257n), BigInt.asIntN(8, 255n)].map(String)
  [BigInt('0xff'), BigInt(2 ** 60), BigInt('-123456789012345678901234567890'), 12345678901234567890n % 97n].map(String)
  [1n < 2, 2n == 2, 2n === 2, 1n + 2n === 3n, 2n > 1.5, typeof (5n * 5n)]
  (2n ** 256n - 1n).toString(16)
  (123456789n ** 12n).toString()
  [(12345678901234567890n * 98765432109876543210n) / 1234567891n, (10n ** 40n) % 1000000007n].map(String)
  (() => { let f = 1n; for (let i = 1n; i <= 60n; i++) f *= i; return f.toString(); })()
  (() => { let a = 0n, b = 1n; for (let i = 0; i < 300; i++) [a, b] = [b, a + b]; return a.toString(36); })()
  (() => { let x = 123456789; const out = []; for (let i = 0; i < 20; i++) { x ^= x << 13; x ^= x >>> 17; x ^= x << 5; out.push(x); } return out; })()
  (() => { let h = 0x811c9dc5; for (const c of 'the quick brown fox') { h ^= c.charCodeAt(0); h = Math.imul(h, 0x01000193); } return h >>> 0; })()
  (() => { let s = 0; for (let i = 1; i < 1000; i++) s += 1 / i; return s; })()
  (() => { let s = 0; for (let i = 0; i < 500; i++) s = (s * 31 + i) % 1000003; return s; })()
  Array.from({ length: 20 }, (_, i) => Math.sin(i) ** 2 + Math.cos(i) ** 2 > 0.999999)
  Array.from({ length: 16 }, (_, i) => (i / 7).toString())
  Array.from({ length: 16 }, (_, i) => 10 ** i)
  [1.1 * 3, 4.35 * 100, 1.15.toFixed(1), 0.1 * 3, 9007199254740993, 0.1 + 0.7]
  ['1.', '.1', '1e', '0x', '1n', '--1', '+1', 'Infinity', '-Infinity', '\u00a01\n'].map(Number)
  [7 / 2 | 0, -7 / 2 | 0, 7.9 >>> 0, -0.9 >>> 0, 2 ** 32 >>> 0, 2 ** 31 >> 0]
  (() => { let n = 5; return [n++, ++n, n--, --n, n += 2, n *= 3, n -= 1, n /= 4, n **= 2, n %= 7, n <<= 2, n |= 1, n &= 6, n ^= 9, n >>= 1, n >>>= 0]; })()
  (() => { let a = null, b = 0, c = 1; a ??= 5; b ||= 6; c &&= 7; return [a, b, c, null ?? 'd', 0 || 'e', 1 && 'f']; })()
  [0.5, 1.5, 2.5, 3.5, -0.5, -1.5].map(x => [Math.round(x), Math.floor(x), Math.ceil(x), Math.trunc(x)])
  [1e15, 1e16, 1e17, 123456789.123456789, 1 / 3, 2 / 3, 100 / 3].map(String)
`);
