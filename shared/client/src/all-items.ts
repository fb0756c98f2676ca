/** Pages as one list. */
import type { Page } from '@gridmr/contracts';

export async function* allItems<Item>(
  readPage: (cursor: string | undefined) => Promise<Page<Item>>,
  first: string | undefined,
): AsyncGenerator<Item, void, undefined> {
  let cursor: string | null | undefined = first;
  do {
    const page: Page<Item> = await readPage(cursor);
    yield* page.items;
    cursor = page.next_cursor;
  } while (cursor !== null);
}
