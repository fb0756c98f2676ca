/** The same request again and again, by autocannon: the client that takes least from what it measures. */
import autocannon from 'autocannon';

const warmUpSecondsMax = 2;
const warmUpShare = 0.25;

/** Warms up, then counts for so many seconds. */
export async function repeatRequest(request, { url, connections, seconds, perSecond, headers, figures }) {
  const target = {
    url: new URL(request.path, url).href,
    method: request.method,
    headers: { ...headers, ...request.headers },
    ...(request.body === undefined ? {} : { body: request.body }),
    ...(perSecond === undefined ? {} : { overallRate: perSecond }),
    connections,
  };
  await fire({ ...target, duration: Math.min(warmUpSecondsMax, seconds * warmUpShare) }, () => undefined);
  const result = await fire({ ...target, duration: seconds }, (status, ms) =>
    figures.request(request.name, ms, status === request.expect ? undefined : `${request.name}: ${status}`),
  );
  const broken = result.errors + result.timeouts;
  for (let i = 0; i < broken; i++) figures.complain(request.name, `${request.name}: a connection failed`);
}

function fire(options, onAnswer) {
  return new Promise((resolve, reject) => {
    const instance = autocannon(options, (error, result) => (error ? reject(error) : resolve(result)));
    instance.on('response', (_client, status, _bytes, ms) => onAnswer(status, ms));
  });
}
