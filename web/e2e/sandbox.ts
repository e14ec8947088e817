// What a person would do in AWS's console, done to the demo's sandbox: buckets, users, roles, faults, URLs of one's own.
import { createHash, createHmac } from 'node:crypto';
import { connect, createServer, type AddressInfo } from 'node:net';
import { expect } from 'vitest';
import { ready } from './harness';

export const ACCOUNT = '111122223333';
const { region, s3Endpoint } = ready.sandbox;

/** What the browser itself notes of fetches from buckets that the test wanted to fail. */
export const FROM_BUCKETS = /X-Amz-Algorithm=/;

export type Fault = { fault: string; [field: string]: unknown };
export type User = { accessKeyId: string; secretAccessKey: string };

/** Makes a bucket, a user or a role, or changes the one that is there. */
export async function inConsole<Answer = Record<string, string>>(
  kind: 'buckets' | 'users' | 'roles',
  document: object,
): Promise<Answer> {
  const response = await fetch(`${s3Endpoint}/_sandbox/${kind}`, {
    method: 'PUT',
    body: JSON.stringify(document),
  });
  const answer: unknown = await response.json();
  expect(response.status, JSON.stringify(answer)).toBe(200);
  return answer as Answer;
}

/** A CORS configuration that lets pages of this origin fetch. */
export const corsFor = (origin: string) => [{ AllowedMethods: ['GET', 'HEAD'], AllowedOrigins: [origin] }];

/** Tells the sandbox how to misbehave; nothing: it behaves. Answers how often each rule before struck. */
export async function misbehave(...rules: Fault[]): Promise<number[]> {
  const door = `${s3Endpoint}/_sandbox/faults`;
  const before = (await (await fetch(door)).json()) as { struck: number }[];
  const put = await fetch(door, { method: 'PUT', body: JSON.stringify(rules) });
  expect(put.status, await put.text()).toBe(200);
  return before.map(({ struck }) => struck);
}

/** A signed URL of one's own, as old as is said: AWS's signature version 4 in a query. */
export function presigned(
  user: User,
  {
    method = 'GET',
    bucket,
    key,
    ageMs = 0,
  }: { method?: string; bucket: string; key: string; ageMs?: number },
): string {
  const { host, origin } = new URL(s3Endpoint);
  const at = new Date(Date.now() - ageMs).toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `${at.slice(0, 8)}/${region}/s3/aws4_request`;
  const path = `/${bucket}/${encodeURIComponent(key)}`;
  const query = new URLSearchParams({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${user.accessKeyId}/${scope}`,
    'X-Amz-Date': at,
    'X-Amz-Expires': '60',
    'X-Amz-SignedHeaders': 'host',
  });
  const canonical = [method, path, query, `host:${host}\n`, 'host', 'UNSIGNED-PAYLOAD'].join('\n');
  const hash = createHash('sha256').update(canonical).digest('hex');
  const hmac = (secret: string | Buffer, text: string) => createHmac('sha256', secret).update(text).digest();
  const signing = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${user.secretAccessKey}`);
  const signature = createHmac('sha256', signing).update(['AWS4-HMAC-SHA256', at, scope, hash].join('\n'));
  return `${origin}${path}?${query}&X-Amz-Signature=${signature.digest('hex')}`;
}

/** Puts an object into a bucket of the user's. */
export async function putObject(user: User, bucket: string, key: string, body: string | Buffer) {
  const put = await fetch(presigned(user, { method: 'PUT', bucket, key }), { method: 'PUT', body });
  expect(put.status, await put.text()).toBe(200);
}

/** The sandbox at another port, which no storage names. */
export async function secondDoor(): Promise<{ endpoint: string; close: () => void }> {
  const { hostname, port } = new URL(s3Endpoint);
  const door = createServer((outside) => {
    const inside = connect(Number(port), hostname);
    outside.pipe(inside).pipe(outside);
    outside.on('error', () => inside.destroy());
    inside.on('error', () => outside.destroy());
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(door.address() as AddressInfo).port}`;
  return { endpoint, close: () => void door.close() };
}
