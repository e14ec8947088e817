// A project in which nothing can be seen: a bucket for each cause that keeps a picture away, and what mends it.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, vi } from 'vitest';
import { connect } from './bucket';
import { assetsOf, ready, type ApiAsset } from './harness';
import { api } from './labeling';
import {
  ACCOUNT,
  corsFor,
  inConsole,
  misbehave,
  presigned,
  putObject,
  type Fault,
  type User,
} from './sandbox';

const { region, s3Endpoint, bucket: SAMPLES } = ready.sandbox;
export const KEY = 'cute-cat.jpg';
const STAMP = Date.now();
export const bucketOf = (name: string) => `cause-${STAMP}-${name}`;
/** What a page of the hub is let do. */
const CORS = corsFor(ready.url);

export type Case = {
  /** What stands in the cell, and over the note in the large view. */
  words: string;
  code: string;
  /** What the fix tells to do. */
  fix: RegExp;
  fault?: Fault;
  /** Mends what is no fault of the sandbox. */
  mend?: () => Promise<unknown>;
};

export let user: User;
let photograph: Buffer;
export let projectId: string;
export let assets: Map<string, ApiAsset>;
let server: Server | undefined;
let port = 0;

export const CASES: Record<string, Case> = {
  'cors-missing': {
    words: 'Blocked by CORS',
    code: 'storage.cors_missing',
    fix: /Paste this as the CORS configuration/,
    mend: () => inConsole('buckets', { name: bucketOf('cors-missing'), region, cors: CORS }),
  },
  'cors-other': {
    words: 'Blocked by CORS',
    code: 'storage.cors_other_origin',
    fix: /Paste this as the CORS configuration/,
    fault: { fault: 'other-origin', origin: 'https://elsewhere.example' },
  },
  denied: {
    words: 'Access denied',
    code: 'storage.get_denied',
    fix: /Allow s3:GetObject/,
    fault: { fault: 'deny-get' },
  },
  kms: {
    words: 'Access denied',
    code: 'storage.kms_denied',
    fix: /kms:Decrypt/,
    fault: { fault: 'deny-kms' },
  },
  'url-expired': {
    words: 'Link expired',
    code: 'AccessDenied',
    fix: /clock of this computer/,
  },
  'session-expired': {
    words: 'Session is over',
    code: 'storage.session_expired',
    fix: /same STS/,
    fault: { fault: 'expire-token', keyPrefix: KEY },
  },
  'no-object': {
    words: 'Not found',
    code: 'storage.no_such_object',
    fix: /Check the key letter by letter/,
    fault: { fault: 'no-such-object' },
  },
  'no-bucket': {
    words: 'No such bucket',
    code: 'storage.no_such_bucket',
    fix: /Check the bucket.s name/,
    mend: () => inConsole('buckets', { name: bucketOf('no-bucket'), region, samples: true, cors: CORS }),
  },
  'no-picture': {
    words: 'Cannot be decoded',
    code: 'storage.not_decodable',
    fix: /Open the file on your own computer/,
    mend: () => putObject(user, bucketOf('no-picture'), KEY, photograph),
  },
  bomb: {
    words: 'Cannot be decoded',
    code: 'storage.not_decodable',
    fix: /Open the file on your own computer/,
    fault: { fault: 'bomb' },
  },
  hangs: {
    words: 'No connection',
    code: 'storage.hangs',
    fix: /look at the load/,
    fault: { fault: 'hang' },
  },
  'cut-body': {
    words: 'No connection',
    code: 'storage.body_cut',
    fix: /between the hub and the server/,
    fault: { fault: 'cut-body' },
  },
  'cut-connection': {
    words: 'No connection',
    code: 'storage.connect',
    fix: /hangs up without an answer/,
    fault: { fault: 'cut-connection' },
  },
  refused: {
    words: 'No connection',
    code: 'storage.connect',
    fix: /Check host and port/,
    mend: () => serve(port),
  },
  busy: {
    words: 'Bucket is busy',
    code: 'storage.throttled',
    fix: /Try again in a minute/,
    fault: { fault: 'throttle', retryAfter: 1 },
  },
  'unknown-key': {
    words: 'Keys are refused',
    code: 'storage.unknown_key',
    fix: /Make a new key/,
    fault: { fault: 'unknown-key' },
  },
  'wrong-secret': {
    words: 'Keys are refused',
    code: 'storage.wrong_secret',
    fix: /Type the Secret Access Key again/,
    fault: { fault: 'refuse-secret' },
  },
  clock: {
    words: 'Clock is off',
    code: 'storage.clock_skew',
    fix: /Set the clocks by NTP/,
    fault: { fault: 'clock-skew', seconds: 16 * 60 },
  },
};

/** What is in nobody's way: pictures come all the same. */
const HARMLESS: Record<string, Fault> = {
  'busy-at-first': { fault: 'throttle', operation: 'GetObject', times: 2 },
  'wrong-type': { fault: 'wrong-content-type', type: 'text/plain' },
};

export const faults = (names: string[]) =>
  names.flatMap((name) => {
    const fault = CASES[name]?.fault ?? HARMLESS[name];
    return fault ? [{ bucket: name === 'session-expired' ? SAMPLES : bucketOf(name), ...fault }] : [];
  });

/** A server that has the photograph under every name, and lets every page have it. */
async function serve(at: number): Promise<number> {
  const listening = createServer({ keepAliveTimeout: 120_000 }, (_, response) => {
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('content-type', 'image/jpeg');
    response.end(photograph);
  });
  await new Promise<void>((resolve) => listening.listen(at, '127.0.0.1', resolve));
  server = listening;
  return (listening.address() as AddressInfo).port;
}

async function hangUp() {
  const ended = new Promise((resolve) => server?.close(resolve));
  server?.closeAllConnections();
  await ended;
  server = undefined;
}

/** Makes user, buckets, storages and project. */
export async function setUp() {
  const everything = [`arn:aws:s3:::cause-${STAMP}-*`];
  const policy = {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject', 's3:ListBucket'], Resource: everything },
    ],
  };
  user = await inConsole<User>('users', {
    arn: `arn:aws:iam::${ACCOUNT}:user/causes-${STAMP}`,
    policies: [policy],
  });
  for (const name of [...Object.keys(CASES), ...Object.keys(HARMLESS)]) {
    if (['no-bucket', 'refused', 'session-expired'].includes(name)) continue;
    const cors = name === 'cors-missing' ? [] : CORS;
    await inConsole('buckets', { name: bucketOf(name), region, samples: true, cors });
  }
  photograph = Buffer.from(
    await (await fetch(presigned(user, { bucket: bucketOf('denied'), key: KEY }))).arrayBuffer(),
  );
  await putObject(user, bucketOf('no-picture'), KEY, 'This is no picture.');
  port = await serve(0);
  await hangUp();

  const keys = { publicKey: user.accessKeyId, privateKey: user.secretAccessKey };
  const storage = await connect(s3Endpoint, `Causes ${STAMP}`, keys);
  const silent = await connect(`http://127.0.0.1:${port}`, `Nobody there ${STAMP}`, keys);
  const role = ready.storages.find(({ accessType }) => accessType === 'IAM_DELEGATED')?._id;
  const rows = [...Object.keys(CASES), ...Object.keys(HARMLESS)].map((name) => {
    const bucket = name === 'session-expired' ? SAMPLES : bucketOf(name);
    const reached = name === 'session-expired' ? role : name === 'refused' ? silent : storage;
    return { data: `s3://${bucket}/${KEY}`, externalId: name, storage: reached };
  });
  const made = await api<{ project: { _id: string } }>('POST', '/v2/project', { name: `Causes ${STAMP}` });
  projectId = made.project._id;
  await api('POST', `/v2/project/${projectId}/cloud`, { assets: rows });
  await vi.waitFor(async () => expect((await assetsOf(projectId)).length).toBe(rows.length), {
    timeout: 60_000,
  });
  assets = new Map((await assetsOf(projectId)).map((asset) => [asset.externalId ?? '', asset]));
  // The hub learns where the buckets are, as it has in a project where pictures were seen before.
  await api('POST', `/v2/project/${projectId}/assets/sign`, {
    assets: [...assets.values()].map(({ _id }) => _id),
  });
}

/** Everything behaves again. */
export async function tearDown() {
  await misbehave();
  if (server) await hangUp();
}
