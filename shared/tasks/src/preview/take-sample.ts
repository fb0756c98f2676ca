/**
 * The first records of the first files, as blocks that stay valid.
 *
 * A file gives a share of the sample, so that files of different kinds are all seen, unless there is only one. Blocks begin with one record and double: who maps them
 * can stop early when records turn out slow.
 * Memory: the sample, and one block as it is read (for `whole_file` and `bytes`, one file).
 */
import { type InputFormat, previewLimits } from '@gridmr/contracts';
import { type InputFile, type RecordBlock, readInputBlocks, sliceBlock } from '@gridmr/engine';
import type { BlobReader } from '@gridmr/storage';

export interface Sample {
  readonly blocks: readonly RecordBlock[];
  /** Of the files in question, whether there is nothing beyond the sample. */
  readonly complete: boolean;
  /** What is wrong with the input where reading it ended. */
  readonly failure: unknown;
}

const { sampleRecordsMax, sampleBytesMax, sampleFilesMax, blockBytes } = previewLimits;
/** At most a quarter of the sample is of one file, if there are several. */
const fileShares = 4;

export async function takeSample(
  files: readonly InputFile[],
  format: InputFormat,
  open: (path: string) => Promise<BlobReader>,
): Promise<Sample> {
  const taken = new TakenBlocks(files.length === 1 ? 1 : fileShares);
  try {
    for (const { path, bytes } of files.slice(0, sampleFilesMax)) {
      taken.startFile();
      const split = { ranges: [{ path, start: 0, end: bytes, file_bytes: bytes }] };
      for await (const block of readInputBlocks({ split, format, open }, { blockBytes })) {
        if (!taken.add(block)) break;
      }
    }
  } catch (failure) {
    return { blocks: taken.blocks, complete: false, failure };
  }
  return {
    blocks: taken.blocks,
    complete: !taken.hasLeftOut && files.length <= sampleFilesMax,
    failure: undefined,
  };
}

class TakenBlocks {
  readonly blocks: RecordBlock[] = [];
  /** Whether records were left out. */
  hasLeftOut = false;
  readonly #shares: number;
  #records = 0;
  #bytes = 0;
  #fileRecords = 0;
  #fileBytes = 0;
  /** Records of the next block. */
  #next = 1;

  constructor(shares: number) {
    this.#shares = shares;
  }

  startFile(): void {
    this.#fileRecords = 0;
    this.#fileBytes = 0;
  }

  /** Takes a copy of what still fits. Returns whether more of this file does. */
  add(block: RecordBlock): boolean {
    for (let rest = block; rest.bytes.length > 0 || rest.records > 0; ) {
      const room = this.#room();
      if (room === 0) {
        this.hasLeftOut = true;
        return false;
      }
      const piece = sliceBlock(rest, 0, Math.min(room, this.#next));
      this.#take(piece);
      if (piece.bytes.length === rest.bytes.length) return true;
      rest = restOf(rest, piece);
    }
    return true;
  }

  /** Records that may follow; at least one of each file, however long. */
  #room(): number {
    const isFull = this.#fileBytes >= sampleBytesMax / this.#shares || this.#bytes >= sampleBytesMax;
    if (isFull) return 0;
    const ofFile = Math.ceil(sampleRecordsMax / this.#shares) - this.#fileRecords;
    return Math.max(0, Math.min(ofFile, sampleRecordsMax - this.#records));
  }

  #take(piece: RecordBlock): void {
    this.#records += piece.records;
    this.#fileRecords += piece.records;
    this.#bytes += piece.bytes.length;
    this.#fileBytes += piece.bytes.length;
    if (piece.records === 0) return;
    this.blocks.push({ ...piece, bytes: piece.bytes.slice() });
    this.#next *= 2;
  }
}

function restOf(block: RecordBlock, piece: RecordBlock): RecordBlock {
  const { bytes, offset, records } = block;
  return {
    ...block,
    bytes: bytes.subarray(piece.bytes.length),
    offset: offset + piece.bytes.length,
    records: records - piece.records,
  };
}
