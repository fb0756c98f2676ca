/** Writes sorted groups to a segment as they are. */
import type { GroupCursor } from './group-cursor.js';
import type { SegmentWriter } from './segment-writer.js';

export function copyGroups(partition: number, groups: GroupCursor, target: SegmentWriter): void {
  while (groups.nextGroup()) {
    target.startGroup(partition, groups.key);
    while (groups.nextChunk()) target.addChunk(groups.chunk);
  }
}
