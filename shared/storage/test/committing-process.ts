/**
 * One of many processes that race for a commit: `node committing-process.js ROOT`. Says `ready`, then for each message
 * `{ path, text }` tries to commit that text and answers whether it won.
 */
import { openFsStore } from '@gridmr/storage';

const [, , root = ''] = process.argv;
const store = await openFsStore(root);

process.on('message', (message: { path: string; text: string }) => {
  store.commitOnce(message.path, new TextEncoder().encode(message.text)).then(
    won => process.send?.({ won }),
    error => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
