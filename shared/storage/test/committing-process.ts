/**
 * One of many processes that race for a commit: `node committing-process.js ADDRESS`. Says `ready`, then for each message
 * `{ path, text }` tries to commit that text and answers whether it won.
 */
import { openStore } from '@gridmr/storage';

const [, , address = ''] = process.argv;
const store = await openStore(address);

process.on('message', (message: { path: string; text: string }) => {
  store.commitOnce(message.path, new TextEncoder().encode(message.text)).then(
    won => process.send?.({ won }),
    error => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
