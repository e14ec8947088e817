// The words of the doctor's checks, and of the question why a picture cannot be seen.
import type { Cause } from '$lib/thumbnails/cause';

export const took = (ms: number) => (ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`);

export const words = {
  took,
  paste: 'To paste',
  copyPaste: 'Copy what is to be pasted',
  verdicts: { passed: 'Passed', warned: 'Could be better', failed: 'Failed' },
  checks: {
    imported: 'Address as imported',
    object: 'Bucket and key',
    storage: 'Storage',
    credentials: 'Credentials',
    address: 'Address',
    tls: 'TLS',
    clock: 'Clock',
    identity: 'Identity',
    sts: 'STS',
    'external-id': 'Role with its External ID',
    'external-id-absent': 'Role refuses no External ID',
    'external-id-random': 'Role refuses any other External ID',
    region: 'Region',
    list: 'List',
    head: 'Object',
    range: 'First bytes',
    kms: 'Decryption',
    'signed-host': 'Host of signed URLs',
    preflight: 'CORS rule',
    cors: 'CORS header',
    'signed-get': 'Signed URL',
    decode: 'Picture',
    coverage: 'Everything looked at',
    browser: 'This browser',
  } as Record<string, string>,

  why: 'Why can’t I see this?',
  whyTitle: (name: string) => `Why can’t I see ${name}?`,
  asking: 'Following the way to the picture …',
  asked: (ms: number) => `The whole way took ${took(ms)}.`,
  askFailed: 'The hub could not be asked.',
  again: 'Ask again',
  copy: 'Copy the cause',
  pasteThere: 'What to paste where is under “Why can’t I see this?”.',
  looking: 'Asking the bucket for the cause …',
  hubSees:
    'The hub itself reaches the picture: what is in the way stands between this browser and the bucket.',

  /** The browser’s own line, where it fetched an object as its pages do. */
  browser: {
    passed: (key: string) => `This browser fetched ${key} from the bucket itself.`,
    blocked:
      'The hub lets its pages fetch from saved storages alone, so this browser cannot try this one yet. Save it and test it again.',
    mixed:
      'The hub’s pages come by HTTPS and the endpoint speaks HTTP: browsers fetch nothing insecure into a secure page.',
    mixedFix: 'Give the endpoint a certificate, and write it with https:// in the storage.',
    answered: (status: number, code: string) => `The bucket answered this browser with ${status} ${code}.`,
  },

  /** What mends a cause that the browser alone sees. */
  fixes: {
    cors: 'Give the bucket a CORS rule that names this page’s origin to the letter (S3 console, the bucket, Permissions). A rule that was just added works within a minute.',
    network:
      'Look at what stands between this browser and the bucket: a firewall, a VPN, an extension that blocks requests, or a name that only the hub’s network knows.',
    offline: 'Connect this computer to the network, and test again.',
    denied:
      'Look in the bucket’s policy for a condition that this browser fails: an IP address, a VPC or a referer.',
    expired: 'Set the clock of this computer, then test again.',
    missing: 'Check the key letter by letter.',
    wrongRegion: 'Set the region of the storage to the one in which the bucket is.',
    busy: 'Try again in a minute.',
  } satisfies Partial<Record<Cause, string>> as Partial<Record<Cause, string>>,
};
