import { expect } from 'chai';
import { redisPlaceSchema, shownPlace } from '../dist/redis-url.js';

const read = (text: string) => redisPlaceSchema.parse(text);
const faultOf = (text: string) => redisPlaceSchema.safeParse(text).error?.issues[0]?.message;

describe('the address of Redis', () => {
  it('is one server, as before', () => {
    for (const url of ['redis://host:6379', 'rediss://me:secret@host/2', 'redis://[::1]:7000']) {
      expect(read(url)).to.deep.equal({ kind: 'server', url });
    }
  });

  it('is a Cluster: some of its nodes, a login, perhaps TLS', () => {
    expect(read('redis+cluster://a:7000,b,[fd00::1]:7001')).to.deep.equal({
      kind: 'cluster',
      hosts: [
        { host: 'a', port: 7000 },
        { host: 'b', port: 6379 },
        { host: 'fd00::1', port: 7001 },
      ],
      hasTls: false,
      login: {},
    });
    expect(read('rediss+cluster://me:se%40c%2Fret@a:7000/')).to.deep.equal({
      kind: 'cluster',
      hosts: [{ host: 'a', port: 7000 }],
      hasTls: true,
      login: { username: 'me', password: 'se@c/ret' },
    });
  });

  it('is the master of Sentinels, which may have a login of their own', () => {
    expect(read('redis+sentinel://:secret@a,b:26380/the-master')).to.deep.equal({
      kind: 'sentinel',
      hosts: [
        { host: 'a', port: 26379 },
        { host: 'b', port: 26380 },
      ],
      hasTls: false,
      login: { password: 'secret' },
      sentinelLogin: {},
      masterName: 'the-master',
      database: 0,
    });
    expect(read('rediss+sentinel://a/m/3?sentinel_username=watcher&sentinel_password=o%26ther')).to.deep.include({
      hasTls: true,
      database: 3,
      sentinelLogin: { username: 'watcher', password: 'o&ther' },
    });
  });

  for (const [text, fault] of [
    ['http://host', 'accepted is redis://host:6379, redis+cluster://'],
    ['redis://', 'is not a URL of Redis'],
    ['redis://a:1,b:2', 'a list of hosts begins with redis+cluster://'],
    ['redis+cluster://', 'is not a URL of Redis'],
    ['redis+cluster://a:1,,b:2', 'accepted is host:port,host:port'],
    ['redis+cluster://a:65536', 'accepted is host:port,host:port'],
    ['redis+cluster://a:0', 'accepted is host:port,host:port'],
    ['redis+cluster://a/1', 'has no databases'],
    ['redis+sentinel://a,b', 'names Sentinels without their master'],
    ['redis+sentinel://a/m?password=x', 'accepted are sentinel_username, sentinel_password'],
    ['redis+sentinel://%zz@a/m', 'not percent-encoded'],
    [`redis+cluster://${Array.from({ length: 65 }, (_, i) => `h${i}`).join()}`, 'names 65 hosts'],
  ] as const) {
    it(`is not ${text.slice(0, 40)}`, () => {
      expect(faultOf(text)).to.contain(fault);
    });
  }

  it('is shown without its secrets', () => {
    const urls = ['redis://:hunter2@a:1/0', 'redis+cluster://:hunter2@a:1,b', 'redis+sentinel://:hunter2@a,b:2/m'];
    const shown = urls.map(url => shownPlace(read(url)));
    expect(shown).to.deep.equal(['a:1', 'the cluster of a:1,b:6379', 'm, by the Sentinels a:26379,b:2']);
    const bad = ['redis+cluster://:hunter2@a/1', 'redis+sentinel://:hunter2@a', 'redis+cluster://:hunter2@a:x'];
    for (const url of bad) expect(faultOf(url)).to.be.a('string').and.not.contain('hunter2');
  });
});
