import { programsOf } from './programs-of.js';

/** What users of MapReduce write: each line is a function of one line of text, run over the sample. */
const functions = programsOf(String.raw`
  l => l.split(' ').map(w => [w, 1])
  l => l.toLowerCase().match(/[a-z]+/g)
  l => l.trim().split(/\s+/).filter(Boolean).length
  l => [...l].reverse().join('')
  l => l.split('').sort().join('')
  l => { const m = /^(\S+) - (\S*) \[(.*?)\] "(.*?)" (\d{3}) (\d+|-)/.exec(l); return m && m.slice(1); }
  l => { try { const o = JSON.parse(l); return [o.user, o.amount * 2, Object.keys(o)]; } catch (e) { return e.name; } }
  l => l.split(',').map(Number).reduce((a, b) => a + b, 0)
  l => l.replace(/[^\p{L}\p{N}]+/gu, '-').toLowerCase()
  l => Object.entries([...l].reduce((m, c) => { m[c] = (m[c] ?? 0) + 1; return m; }, {})).sort()
  l => { let h = 5381; for (let i = 0; i < l.length; i++) h = (h * 33) ^ l.charCodeAt(i); return h >>> 0; }
  l => { const n = []; for (let i = 0; i + 3 <= l.length; i++) n.push(l.slice(i, i + 3)); return n; }
  l => l.includes('the') ? l.indexOf('the') : -1
  l => l.length > 10 ? l.substring(0, 10) + '…' : l.padEnd(10, '.')
  l => new Set(l.split(/\W+/)).size
  l => l.split(/\W+/).map(w => w.charAt(0).toUpperCase() + w.slice(1).toLowerCase()).join(' ')
  l => { const w = l.split(' '); const o = []; for (let i = 1; i < w.length; i++) o.push(w[i - 1] + '_' + w[i]); return o; }
  l => l.replace(/(\d+)/g, (_, d) => String(Number(d) + 1))
  l => [l.codePointAt(0), l.at(-1), l.normalize('NFD').length, encodeURIComponent(l.slice(0, 5).toWellFormed?.() ?? '')]
  l => [...l.matchAll(/\b(\w)(\w*)\b/g)].map(m => m[2] + m[1] + 'ay').join(' ')
  l => l.split(' ').map(w => w.length).sort((a, b) => b - a).slice(0, 3)
  l => { const [a, b = 'none', ...rest] = l.split(/[,; ]/); return { a, b, rest: rest.length }; }
  l => [l < 'm', l.localeCompare(l), l.toString() === l, l.concat('!').length]
  l => { const s = []; for (const c of l) { if ('([{'.includes(c)) s.push(c); else if (')]}'.includes(c) && s.pop() !== '([{'[')]}'.indexOf(c)]) return false; } return s.length === 0; }
  l => JSON.stringify({ l, n: l.length, parts: l.split(/[aeiou]/) })
  l => { const o = {}; for (const p of l.split('&')) { const [k, v] = p.split('='); (o[k] ??= []).push(decodeURIComponent(v ?? '')); } return o; }
  l => { const v = l.match(/-?\d+(?:\.\d+)?/g)?.map(Number) ?? []; const m = v.reduce((a, b) => a + b, 0) / v.length; return [v.length, m, Math.sqrt(v.reduce((a, b) => a + (b - m) ** 2, 0) / v.length)]; }
  l => [l.search(/[A-Z]/), l.lastIndexOf(' '), l.split(' ').length, l.trimEnd() === l]
  l => { let o = ''; for (let i = 0; i < l.length;) { let j = i; while (j < l.length && l[j] === l[i]) j++; o += l[i] + (j - i); i = j; } return o; }
  l => { const b = new Uint8Array(l.length); for (let i = 0; i < l.length; i++) b[i] = l.charCodeAt(i); let x = 0; for (const v of b) x = (x * 31 + v) | 0; return x; }
`);

const sample = [
  'the quick brown fox jumps over the lazy dog',
  '127.0.0.1 - bob [10/Oct/2000:13:55:36 -0700] "GET /a.gif HTTP/1.0" 200 2326',
  '{"user":"ann","amount":12.5,"tags":["a","b"]}',
  'Ünïcode 😀 naïve — ½ straße; İstanbul, ΑΣ',
  'a=1&b=%E2%82%AC&a=3, -4.5 17 (x[y]{z}) aaabbbc',
];

export const userFunctions = functions.map(text => `${JSON.stringify(sample)}.map(line => (${text})(line))`);
