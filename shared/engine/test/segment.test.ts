import { propertyOptions } from '@gridmr/testkit';
import { expect } from 'chai';
import fc from 'fast-check';
import { encodeKey } from '../dist/key-encoding.js';
import { SegmentDamagedError } from '../dist/segment-damaged-error.js';
import { footerBytes, headerBytes, indexEntryBytes } from '../dist/segment-format.js';
import { openSegment } from '../dist/segment-reader.js';
import { SegmentWriter } from '../dist/segment-writer.js';
import { MemoryReader } from './memory-reader.js';
import { key } from './random-keys.js';
import { MemorySink } from './run-job.js';
import { type Group, groupsOf, readSegment, slice, sortGroups, writeSegment } from './stored-groups.js';

const value = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.constantFrom('1', '300', '-1', '1.5', '4294967295', '4294967296'),
);
const values = fc.array(value, { minLength: 1, maxLength: 6 });
const partition = fc.array(fc.tuple(key, values), { maxLength: 6 }).map(groups => sortGroups(groups as Group[]));
const partitions = fc.array(partition, { minLength: 1, maxLength: 5 });

describe('a segment', function () {
  this.timeout(20_000);

  it('gives back what was written, whatever the length of its frames', () => {
    const frameBytes = fc.integer({ min: 1, max: 100 });
    fc.assert(
      fc.property(partitions, frameBytes, (written, frameBytes) => {
        expect(readSegment(writeSegment(written, frameBytes))).to.deep.equal(written);
      }),
      propertyOptions(60),
    );
  });

  it('has the layout that its format describes', () => {
    const content = writeSegment([[], [['a', ['1', '300', '-2', '"x"']]]], 100);
    const header = '47524944 4d525347 02000000';
    const crc = content.subarray(21, 25).toString('hex');
    const integers = '02 0461 09 03 01ac02';
    const doubles = '00 06 08 00000000000000c0';
    const texts = '00 04 04 03227822';
    const frame = `00 1a000000 1a000000 ${crc} ${integers} ${doubles} ${texts}`;
    expect(content.subarray(0, -2 * indexEntryBytes - footerBytes).toString('hex')).to.equal(
      (header + frame).replaceAll(' ', ''),
    );
    const index = content.subarray(-2 * indexEntryBytes - footerBytes, -footerBytes);
    expect([0, 8, 16, 32, 40, 48].map(at => Number(index.readBigUInt64LE(at)))).to.deep.equal([12, 0, 0, 12, 39, 4]);
    const footer = content.subarray(-footerBytes);
    expect([Number(footer.readBigUInt64LE(0)), Number(footer.readBigUInt64LE(8))]).to.deep.equal([51, 4]);
    expect([16, 20, 24].map(at => footer.readUInt32LE(at))).to.deep.equal([2, 100, 2]);
  });

  it('that has a byte changed is found damaged, or reads as before', () => {
    const written: Group[][] = [
      [
        ['a', ['1', '"x"']],
        [
          ['b', 2],
          ['[3]', '4', '5', '6'],
        ],
      ],
      [],
      [[7, ['null']]],
    ];
    const content = writeSegment(written, 9);
    for (let at = 0; at < content.length; at++) {
      for (const flipped of [1, 0x80, 0xff]) {
        const damaged = Buffer.from(content);
        damaged[at]! ^= flipped;
        const read = readOrDamage(damaged);
        if (at < headerBytes) expect(read).to.deep.equal(written);
        else expect(read, `byte ${at} ^ ${flipped}`).to.be.instanceOf(SegmentDamagedError);
      }
    }
  });

  it('that is cut short or has more bytes is found damaged', () => {
    const content = writeSegment([[['a', ['1']]]], 9);
    for (let length = 0; length < content.length; length++) {
      expect(readOrDamage(content.subarray(0, length)), `${length} bytes`).to.be.instanceOf(SegmentDamagedError);
    }
    expect(readOrDamage(Buffer.concat([content, Buffer.alloc(1)]))).to.be.instanceOf(SegmentDamagedError);
    expect(() => openSegment(new MemoryReader(content), content.length + 1)).to.throw(
      SegmentDamagedError,
      `it has ${content.length} bytes instead of ${content.length + 1}`,
    );
  });

  it('names its file and the partition that is damaged', () => {
    const content = writeSegment([[['a', ['1']]], [['b', ['2']]]], 100);
    content[headerBytes + 22 + 13]! ^= 1;
    const segment = openSegment(new MemoryReader(content));
    expect(groupsOf(segment.readPartition(0))).to.deep.equal([['a', ['1']]]);
    expect(() => groupsOf(segment.readPartition(1)))
      .to.throw(SegmentDamagedError, 'partition 1 of the segment input/text.txt is damaged: ')
      .that.includes({ path: 'input/text.txt', partition: 1 });
  });

  it('of many partitions is read without its whole index', () => {
    const written = Array.from({ length: 1000 }, (_, i): Group[] => (i % 3 === 0 ? [[i, [`${i}`]]] : []));
    const content = writeSegment(written, 100);
    const reader = new MemoryReader(content);
    expect(groupsOf(openSegment(reader).readPartition(3))).to.deep.equal([[3, ['3']]]);
    expect(reader.reads).to.equal(3);
    expect(readSegment(content)).to.deep.equal(written);
  });
});

describe('SegmentWriter', () => {
  const writer = () =>
    new SegmentWriter(new MemorySink(), { partitions: 2, segmentFrameBytes: 10, writeBufferBytes: 10 });
  const b = slice(encodeKey('b'));

  it('refuses keys and partitions out of order', () => {
    const target = writer();
    target.startGroup(1, b);
    expect(() => target.startGroup(1, slice(encodeKey('a')))).to.throw('does not sort after');
    expect(() => target.startGroup(0, b)).to.throw('does not come after');
    expect(() => target.startGroup(2, b)).to.not.throw();
  });
});

function readOrDamage(content: Uint8Array): unknown {
  try {
    return readSegment(content);
  } catch (error) {
    return error;
  }
}
