/** What the host makes of a hand-over that nothing but an attacker inside the guest would make: an error of the program, never anything else. */
import { propertyOptions } from '@gridmr/testkit';
import { expect } from 'chai';
import fc from 'fast-check';
import { guestLayout, valueTags } from '../dist/guest-heap.js';
import { type HandOver, HandOverReader } from '../dist/pair-hand-over.js';
import { readPairs } from './attempt.js';

const memoryBytes = 4096;
const refusals = ['ForgedHandOverError', 'KeyError', 'ValueTooLargeError'];

/** A guest's memory that a test writes into. */
class Memory {
  readonly buffer: ArrayBuffer;
  readonly #view: DataView;
  /** Address 0 is nothing, as in C. */
  #used = 64;

  constructor(bytes = memoryBytes) {
    this.buffer = new ArrayBuffer(bytes);
    this.#view = new DataView(this.buffer);
  }

  allocate(bytes: number): number {
    const at = this.#used;
    this.#used += (bytes + 7) & ~7;
    return at;
  }

  wordAt(address: number): number {
    return this.#view.getUint32(address, true);
  }

  setWord(address: number, word: number): void {
    this.#view.setUint32(address, word, true);
  }

  /** The address of a value that holds an array of these strings. */
  array(strings: readonly string[]): number {
    const elements = this.allocate(8 * strings.length);
    strings.forEach((text, i) => {
      this.setWord(elements + 8 * i, this.string(text));
      this.setWord(elements + 8 * i + 4, valueTags.string);
    });
    const array = this.allocate(64);
    this.setWord(array + guestLayout.arrayElementsAt, elements);
    this.setWord(array + guestLayout.arrayCountAt, strings.length);
    const value = this.allocate(8);
    this.setWord(value, array);
    this.setWord(value + 4, valueTags.object);
    return value;
  }

  /** The address of a string's header. */
  string(text: string): number {
    const isWide = [...text].some(unit => unit > 'ÿ');
    const header = this.allocate(guestLayout.stringUnitsAt + 2 * text.length);
    this.setWord(header + guestLayout.stringLengthAt, (text.length | (isWide ? 0x8000_0000 : 0)) >>> 0);
    for (let i = 0; i < text.length; i++) {
      const at = header + guestLayout.stringUnitsAt + (isWide ? 2 * i : i);
      if (isWide) this.#view.setUint16(at, text.charCodeAt(i), true);
      else this.#view.setUint8(at, text.charCodeAt(i));
    }
    return header;
  }
}

function handOver(memory: ArrayBuffer, more: Partial<HandOver> = {}): HandOver {
  return {
    memory,
    count: 1,
    valueKind: 0,
    keys: 0,
    texts: 0,
    numbers: new Float64Array(8),
    keyMarks: undefined,
    valueMarks: undefined,
    partitions: undefined,
    numReducers: 2,
    ...more,
  };
}

describe('a hand-over', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', '"', '\\', '\0', '\n', 'é', '€', '\ud83d', '\ude00'),
    maxLength: 5,
  });

  it('gives the strings that lie in memory, lone halves of characters as JSON has them', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 5 }), pairs => {
        const memory = new Memory();
        const keys = memory.array(pairs.map(([key]) => key));
        const texts = memory.array(pairs.map(([, value]) => value));
        const given = handOver(memory.buffer, { count: pairs.length, valueKind: 1, keys, texts });
        const read = readPairs(new HandOverReader().read(given)).map(({ key, value }) => [key, value]);
        expect(read).to.deep.equal(pairs.map(([key, value]) => [Buffer.from(key).toString(), value]));
      }),
      propertyOptions(300),
    );
  });

  it('of any bytes is taken, or refused as the program’s fault', () => {
    const word = fc.oneof(
      fc.integer({ min: 0, max: memoryBytes }),
      fc.nat(0xffff_ffff),
      fc.constantFrom(0xffff_ffff, 0xffff_fff9, 0xffff_fffa),
    );
    const forged = fc.record({
      words: fc.array(word, { minLength: 64, maxLength: 256 }),
      keys: word,
      texts: word,
      count: fc.integer({ min: -1, max: 300 }),
      valueKind: fc.integer({ min: 0, max: 3 }),
      isMarked: fc.boolean(),
    });
    fc.assert(
      fc.property(forged, ({ words, keys, texts, count, valueKind, isMarked }) => {
        const memory = new Memory();
        for (let at = 0; at < memoryBytes / 4; at++) memory.setWord(4 * at, words[at % words.length]!);
        const marks = isMarked ? new Uint8Array(300).fill(1) : undefined;
        const numbers = new Float64Array(300);
        const more = { count, valueKind, keys, texts, numbers, keyMarks: marks, valueMarks: marks };
        expectTakenOrRefused(handOver(memory.buffer, more));
      }),
      propertyOptions(2000),
    );
  });

  it('of ropes that share their parts says no more than there may be, and soon', () => {
    for (const leaf of ['', 'x'.repeat(100)]) {
      const memory = new Memory();
      let rope = memory.string(leaf);
      let tag: number = valueTags.string;
      for (let depth = 0; depth < 60; depth++) {
        const next = memory.allocate(32);
        for (const at of [guestLayout.ropeLeftAt, guestLayout.ropeRightAt]) {
          memory.setWord(next + at, rope);
          memory.setWord(next + at + 4, tag);
        }
        rope = next;
        tag = valueTags.rope;
      }
      const keys = memory.array(['a']);
      const texts = memory.array(['a']);
      const element = memory.wordAt(memory.wordAt(texts) + guestLayout.arrayElementsAt);
      memory.setWord(element, rope);
      memory.setWord(element + 4, tag);
      const given = handOver(memory.buffer, { keys, texts, valueKind: 1 });
      const readAll = () => new HandOverReader().read(given);
      expect(readAll).to.throw().with.property('name').that.is.oneOf(refusals);
    }
  });

  it('of one long value many times over is refused before it fills the host', () => {
    const memory = new Memory(4 * 1024 * 1024);
    const count = 10_000;
    const keys = memory.array(Array(count).fill('k'));
    const texts = memory.array(Array(count).fill(''));
    const elements = memory.wordAt(memory.wordAt(texts) + guestLayout.arrayElementsAt);
    const long = memory.string('x'.repeat(1024 * 1024));
    for (let i = 0; i < count; i++) memory.setWord(elements + 8 * i, long);
    const given = handOver(memory.buffer, { keys, texts, valueKind: 1, count });
    expect(() => new HandOverReader().read(given)).to.throw(/too many bytes of values/);
  });

  const refused: Record<string, (memory: Memory) => Partial<HandOver>> = {
    'no pairs': () => ({ count: 0 }),
    'more pairs than a block has': () => ({ count: 70_000 }),
    'an array that is shorter than it says': memory => ({ count: 3, keys: memory.array(['a']) }),
    'an array outside of the memory': memory => {
      const keys = memory.array(['a']);
      memory.setWord(keys, memoryBytes - 4);
      return { keys };
    },
    'values of a kind that there is not': memory => ({ keys: memory.array(['a']), valueKind: 7 }),
    'a partition that there is not': memory => ({ keys: memory.array(['a']), partitions: Uint32Array.from([2]) }),
    'a key marked as JSON that is none': memory => ({ keys: memory.array(['[']), keyMarks: Uint8Array.from([1]) }),
    'a key of JSON that keys cannot be': memory => ({ keys: memory.array(['{}']), keyMarks: Uint8Array.from([1]) }),
    'two values where one is': memory => ({
      keys: memory.array(['a']),
      texts: memory.array(['1,2']),
      valueKind: 1,
      valueMarks: Uint8Array.from([1]),
    }),
    'a value with a line break': memory => ({
      keys: memory.array(['a']),
      texts: memory.array(['[1,\n2]']),
      valueKind: 1,
      valueMarks: Uint8Array.from([1]),
    }),
  };
  for (const [what, forge] of Object.entries(refused)) {
    it(`of ${what} is refused`, () => {
      const memory = new Memory();
      const given = handOver(memory.buffer, forge(memory));
      expect(() => new HandOverReader().read(given))
        .to.throw()
        .with.property('name')
        .that.is.oneOf(refusals);
    });
  }
});

describe('a reader of hand-overs', () => {
  const read = (reader: HandOverReader, ...texts: string[]) => {
    const memory = new Memory(8 * 1024 * 1024);
    const both = memory.array(texts);
    const given = { count: texts.length, valueKind: 1, keys: both, texts: both };
    return readPairs(reader.read(handOver(memory.buffer, given))).map(({ key, value }) => [key, value]);
  };

  it('serves one sandbox after the other, and never two at a time', () => {
    const first = HandOverReader.take();
    const second = HandOverReader.take();
    expect(second).to.not.equal(first);
    read(first, 'a longer key');
    HandOverReader.giveBack(first);
    const third = HandOverReader.take();
    expect(third).to.equal(first);
    expect(read(third, 'k')).to.deep.equal([['k', 'k']]);
    expect(HandOverReader.take()).to.not.be.oneOf([first, second]);
  });

  it('is dropped once it has grown', () => {
    const reader = HandOverReader.take();
    const text = 'x'.repeat(600 * 1024);
    expect(read(reader, text, text)).to.deep.equal([
      [text, text],
      [text, text],
    ]);
    HandOverReader.giveBack(reader);
    expect(HandOverReader.take()).to.not.equal(reader);
  });
});

function expectTakenOrRefused(given: HandOver): void {
  try {
    readPairs(new HandOverReader().read(given));
  } catch (error) {
    expect((error as Error).name, String(error)).to.be.oneOf(refusals);
  }
}
