// The hub that a file of tests looks at: a demo of its own, so that no file meets what another left behind.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, vi } from 'vitest';

export type Ready = {
  url: string;
  email: string;
  password: string;
  apiKey: string;
  organizationId: string;
  projectId: string;
  storages: { _id: string; name: string; accessType: 'IAM_USER' | 'IAM_DELEGATED' }[];
  sandbox: {
    s3Endpoint: string;
    region: string;
    bucket: string;
    accessKeyId: string;
    secretAccessKey: string;
  };
};

/** The program under test. */
export const BINARY =
  process.env.INSITU_BIN ?? fileURLToPath(new URL('../../target/debug/insitu', import.meta.url));

/** Ends the program, and what it left, with whoever started it, however that one ends: its input ends with it. */
const WITH_US = 'folder=$1; shift; "$@" </dev/null & cat; kill $!; wait $!; rm -r "$folder"';

/** Starts a demo, which ends with the file that imports this, and answers where it is and who may come in. */
async function start(): Promise<Ready> {
  const folder = mkdtempSync(join(tmpdir(), 'insitu-e2e-'));
  const [readyFile, logFile] = [join(folder, 'ready.json'), join(folder, 'log')];
  const log = openSync(logFile, 'w');
  const files = ['--data-dir', join(folder, 'data'), '--ready-file', readyFile];
  const command = [BINARY, 'demo', '--no-open', '--listen', '127.0.0.1:0', ...files];
  const demo = spawn('/bin/sh', ['-c', WITH_US, 'sh', folder, ...command], { stdio: ['pipe', log, log] });
  closeSync(log);
  afterAll(async () => {
    const ended = once(demo, 'exit');
    demo.stdin?.end();
    await ended;
  });
  await vi
    .waitFor(() => statSync(readyFile), { timeout: 120_000 })
    .catch(() => {
      throw new Error(`${BINARY} demo did not start: ${readFileSync(logFile, 'utf8')}`);
    });
  return JSON.parse(readFileSync(readyFile, 'utf8')) as Ready;
}

export const ready = await start();
