import { expect } from 'chai';
import { jsonFault } from '../dist/json-fault.js';

describe('jsonFault', () => {
  const faults: [string, string, number, number, string][] = [
    ['a comma after the last field', '{"a": 1,}', 1, 9, 'unexpected "}"'],
    ['a comma after the last item', '[1,\n2,]', 2, 3, 'unexpected "]"'],
    ['a field without quotes', '{\n  name: 1}', 2, 3, 'unexpected "n"'],
    ['a missing colon', '{"a" 1}', 1, 6, 'unexpected "1"'],
    ['a missing comma', '{"a":1 "b":2}', 1, 8, 'unexpected "\\""'],
    ['the wrong bracket', '{"a":[1}', 1, 8, 'unexpected "}"'],
    ['text that stops', '{"a":', 1, 6, 'unexpected end'],
    ['nothing', '', 1, 1, 'unexpected end'],
    ['more after the end', '{} x', 1, 4, 'unexpected "x"'],
    ['a line end in a string', '["a\nb"]', 1, 2, 'unexpected "\\""'],
    ['a bad escape', '["\\x"]', 1, 2, 'unexpected "\\""'],
    ['a number with a leading zero', '[01]', 1, 3, 'unexpected "1"'],
    ['a single quote', "{'a':1}", 1, 2, `unexpected "'"`],
  ];

  for (const [what, text, line, column, found] of faults) {
    it(`finds ${what}`, () => {
      expect(() => JSON.parse(text)).to.throw(SyntaxError);
      expect(jsonFault(text)).to.deep.equal({ line, column, found });
    });
  }

  it('reads over everything that JSON may hold before the fault', () => {
    const text = '{"a":[1,-2.5e+3,true,false,null,"x\\u00e9\\n\\"",{}],"b":{"c":[]}}';
    expect(jsonFault(`${text}!`)).to.include({ line: 1, column: text.length + 1 });
  });

  it('does not overflow the stack on deep nesting', () => {
    expect(jsonFault('['.repeat(500_000)).found).to.equal('unexpected end');
  });
});
