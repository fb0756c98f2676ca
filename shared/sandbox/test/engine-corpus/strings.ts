import { programsOf } from './programs-of.js';

/** Strings, Unicode, templates, regular expressions. */
export const strings = programsOf(String.raw`
  ['abc'.at(-1), 'abc'.charAt(5), 'abc'[1], 'abc'.charCodeAt(9), 'a😀b'.codePointAt(1), 'a😀b'.length]
  ['abcabc'.indexOf('c', 3), 'abcabc'.lastIndexOf('b'), 'abc'.includes('bc'), 'abc'.startsWith('b', 1), 'abc'.endsWith('b', 2)]
  ['abcdef'.slice(-3, -1), 'abcdef'.substring(4, 1), 'abcdef'.slice(2), 'abc'.substr(-2, 1)]
  ['a-b-c'.split('-'), 'abc'.split(''), 'a-b-c'.split('-', 2), ''.split(','), ''.split(''), 'a1b2'.split(/\d/), 'a1b2'.split(/(\d)/)]
  ['x'.repeat(5), 'ab'.padStart(5, 'xyz'), 'ab'.padEnd(6), '  a '.trim() + '|', '  a '.trimStart(), '  a '.trimEnd() + '|']
  ['aXbX'.replace('X', '$&$&'), 'aXbX'.replaceAll('X', '-'), 'john smith'.replace(/(\w+)\s(\w+)/, '$2 $1'), 'aaa'.replace(/a/g, (m, i) => i)]
  ['HeLLo'.toLowerCase(), 'straße'.toUpperCase(), 'İ'.toLowerCase().length, 'ǅ'.toLowerCase(), 'ΑΣ'.toLowerCase()]
  ['\u0041\u030a'.normalize('NFC') === '\u00c5', 'é'.normalize('NFD').length, '①'.normalize('NFKC'), 'ﬁ'.normalize('NFKD')]
  ['b', 'a', 'C', 'ä', 'z', '10', '9'].sort()
  ['a' < 'b', 'a' < 'B', 'Z' < 'a', '😀' < '\uffee', 'abc' < 'abcd', '' < 'a']
  [...'a😀é𝒳'].map(c => c.codePointAt(0).toString(16))
  ['\ud83d\ude00', '\ud83d', 'a\ud800b'].map(s => [s.length, s.isWellFormed?.() ?? null, [...s].length])
  String.fromCodePoint(97, 0x1f600, 0x10ffff) + String.fromCharCode(0x41, 0xd83d, 0xde00)
  [encodeURIComponent('a b&c/é😀'), decodeURIComponent('%E2%82%AC'), encodeURI('http://x/é?q=a b'), escape('ü'), unescape('%FC')]
  [${'`a${1 + 1}b${`c${3}`}`'}, String.raw${'`\\n${1}\\u`'}]
  [JSON.stringify('\u2028\n\t"\\\u0007\ud800'), JSON.parse('"\\u00e9\\ud83d\\ude00"')]
  ['abc'.concat(1, null), 'abc'.localeCompare('abd') < 0, 'a'.anchor === undefined]
  [/a+?/.exec('aaa')[0], /a+/.exec('baaa').index, /(a)|(b)/.exec('b'), /(?<year>\d{4})-(?<m>\d\d)/.exec('on 2024-05')?.groups.year]
  ['2024-05-06'.match(/\d+/g), 'abc'.match(/x/), 'abc'.match(/x/g), [...'a1b22'.matchAll(/[a-z](\d+)/g)].map(m => [m[0], m[1], m.index])]
  [/^\p{Lu}/u.test('Éa'), /\p{Script=Greek}/u.test('α'), /^.$/u.test('😀'), /^.$/.test('😀'), /\u{1f600}/u.test('😀')]
  [/(?<=\$)\d+/.exec('cost $42')[0], /(?<!a)b/.exec('abcb').index, /a(?=b)/.test('ab'), /a(?!b)/.test('ab')]
  [/(a*)*/.exec('aaa'), /(?:a|ab)(?:c|bcd)(?:d*)/.exec('abcd')[0], /(z)((a+)?(b+)?(c))*/.exec('zaacbbbcac')]
  (() => { const r = /a(\d)/y; r.lastIndex = 2; return [r.exec('a1a2')?.[1], r.lastIndex, r.exec('a1a2'), r.lastIndex]; })()
  (() => { const r = /o/g; const out = []; let m; while ((m = r.exec('foo boo'))) out.push(m.index); return out; })()
  ['x1y2z3'.replace(/(?<l>[a-z])(?<n>\d)/g, '$<n>$<l>'), 'abc'.replace(/(b)/, "[$${'`'}|$1|$']")]
  ['aBc'.replace(/[A-Z]/g, c => '_' + c.toLowerCase()), 'some-css-name'.replace(/-(.)/g, (_, c) => c.toUpperCase())]
  [/[\w.+-]+@[\w-]+\.[\w.]+/.exec('mail bob.x+y@ex-ample.co.uk now')[0], /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/.test('192.168.1.255')]
  [/\bfoo\b/.test('a foo b'), /\Bo/.exec('foo')?.index, /^b/m.test('a\nb'), /a.b/s.test('a\nb'), /a.b/.test('a\nb'), /A/i.test('a')]
  [/[^]/.test('\n'), /[]/.test('a'), /[\s\S]{3}/.exec('a\nb')?.[0], /\cJ/.test('\n'), /[\b]/.test('\b'), /\x41\u0042/.test('AB')]
  [/(\w)\1/.exec('hello')[0], /(?<q>['"]).*?\k<q>/.exec('say "hi" ok')[0], /(?:(a)|b)*/.exec('ab')]
  [/a{2,3}/.exec('aaaa')[0], /a{2,}?/.exec('aaaa')[0], /x*/.exec('aaa').index, /(?:)/.source, new RegExp('/').source, /a/gimsuy.flags]
  'The quick brown fox jumps over the lazy dog'.toLowerCase().match(/[a-z]+/g).map(w => w.length)
  'the cat the dog'.split(' ').reduce((m, w) => ({ ...m, [w]: (m[w] ?? 0) + 1 }), {})
  (() => { let s = ''; for (let i = 0; i < 300; i++) s += String.fromCharCode(32 + (i * 7) % 95); return s.split('').sort().join('').replace(/(.)\1+/g, (m, c) => c + m.length); })()
  (() => { const s = 'abc'.repeat(200); let n = 0; for (let i = s.indexOf('ca'); i !== -1; i = s.indexOf('ca', i + 1)) n++; return [n, s.lastIndexOf('abc'), s.slice(-4)]; })()
  (() => { let rope = ''; for (let i = 0; i < 500; i++) rope = i % 2 ? rope + i : i + rope; return [rope.length, rope.slice(0, 20), rope.charCodeAt(700), rope.indexOf('99')]; })()
  Array.from('naïve café Ⅷ ½ ٣', c => [/\p{L}/u.test(c), /\p{N}/u.test(c), c.toUpperCase()])
  ['ß', 'ŉ', 'ǰ', 'ﬃ', 'ı', 'ſ', 'K'].map(c => [c.toUpperCase(), c.toLowerCase()])
  (() => { const csv = 'a,"b,""x""",c\r\n1,,3'; const re = /("(?:[^"]|"")*"|[^,\r\n]*)(,|\r?\n|$)/g; const rows = [[]]; let m; while ((m = re.exec(csv)) && m.index < csv.length) { rows.at(-1).push(m[1]); if (m[2] !== ',' && m[2] !== '') rows.push([]); } return rows; })()
  '127.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "GET /a.gif HTTP/1.0" 200 2326'.match(/^(\S+) \S+ \S+ \[([^\]]+)\] "(\w+) (\S+)[^"]*" (\d+) (\d+)$/).slice(1)
  ['a,b;c d'.split(/[,; ]/), 'camelCaseString'.split(/(?=[A-Z])/), '1,2,,3,'.split(','), 'aXbxc'.split(/x/i)]
  [parseInt('𝟘'), 'x'.codePointAt(0), 'z'.charCodeAt(), [...'👨‍👩‍👧'].length, 'a\u0301'.length]
`);
