/** Empty databases on a PostgreSQL, each for one test. */
import { randomToken } from '@gridmr/contracts';
import { Client } from 'pg';

/** A new empty database on a server. Returns its address. */
export async function newDatabase(serverUrl: string): Promise<string> {
  const name = `gridmr_test_${randomToken(10)}`;
  await administer(serverUrl, `create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

export async function dropDatabase(url: string, serverUrl: string): Promise<void> {
  await administer(serverUrl, `drop database ${new URL(url).pathname.slice(1)} with (force)`);
}

async function administer(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
