// The words of the doctor's checks, and of the question why a picture cannot be seen.
import type { Cause } from '$lib/thumbnails/cause';

export const took = (ms: number) => (ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`);

export const words = {
  took,
  paste: 'To paste',
  copyPaste: 'Copy what is to be pasted',
  pastes: { cors: 'CORS rule', policy: 'Policy' },
  verdicts: { passed: 'Passed', warned: 'Could be better', failed: 'Failed', same: 'The same' },
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

  /** What a cause means, in a sentence or two. */
  long: {
    denied:
      'The bucket refused access. Check that the policy of the storage allows s3:GetObject on this key.',
    expired: 'The signed address expired. Check the clock of this computer and of the hub, then try again.',
    missing:
      'There is no such file in the bucket. It may have been moved or deleted, or its address may be misspelt.',
    session:
      'The session that signed is over for the bucket. Try again; if it stays, test the storage in Organization → Storages.',
    noBucket: 'The server knows no bucket of this name. Correct the address, or the endpoint of the storage.',
    archived: 'The object is archived. Restore it, or copy it to a storage class that can be read at once.',
    wrongRegion:
      'The bucket lies in another region than the address names. Correct the region of the storage or the address.',
    busy: 'The bucket answered that it cannot serve the file right now. Try again in a moment.',
    strange: 'The server answered in a way that is not S3’s. Check the endpoint of the storage.',
    clock: 'The clocks of the hub and of the bucket’s servers are too far apart. Set the hub’s clock.',
    keys: 'The access key of the storage is not accepted. Replace it in Organization → Storages.',
    role: 'The role of the storage does not let this hub in. Test the storage in Organization → Storages.',
    openRole:
      'The role of the storage lets others in too, so this hub signs nothing with it until its trust policy demands the External ID.',
    cors: 'The bucket answers, and has no CORS rule that lets this page read the file.',
    mixed:
      'The hub’s pages come by HTTPS and the picture by HTTP: browsers fetch nothing insecure into a secure page.',
    network: 'This browser gets no answer from the bucket, or the connection broke off.',
    offline: 'Your computer is offline. Connect to the network, then try again.',
    undecodable: 'The file was fetched, but this browser cannot decode it as a picture.',
    notAnImage: 'This kind of file has no picture to show yet.',
    refused: 'The hub did not sign an address for this asset.',
  } satisfies Record<Cause, string>,

  why: 'Why can’t I see this?',
  whyTitle: (name: string) => `Why can’t I see ${name}?`,
  asking: 'Following the way to the picture …',
  asked: (ms: number) => `The whole way took ${took(ms)}.`,
  askFailed: 'The hub could not be asked.',
  again: 'Ask again',
  copy: 'Copy the cause',
  looking: 'Finding the cause …',
  slow: 'No picture yet: the bucket takes its time.',
  hubSees:
    'The hub itself reaches the picture: what is in the way stands between this browser and the bucket.',

  /** The browser’s own line, where it fetched an object as its pages do. */
  browser: {
    passed: (key: string) => `This browser fetched ${key} from the bucket itself.`,
    notTried:
      'This browser could not begin its own try: the hub was slow or away. Test the connection again.',
    ledElsewhere:
      'The server sent this browser on to another one, which no page may reach. Name the server that the objects are on.',
    mixed:
      'The hub’s pages come by HTTPS and the endpoint speaks HTTP: browsers fetch nothing insecure into a secure page.',
    mixedFix: 'Give the endpoint a certificate, and write it with https:// in the storage.',
    same: 'This browser meets the same: the bucket does not let this page read the file.',
    answered: (status: number, code: string) => `The bucket answered this browser with ${status} ${code}.`,
  },

  /** What mends a storage, for those who may and for the others. */
  mendRole: (may: boolean) =>
    may
      ? 'Open the storage and press Verify again: it shows the trust policy to paste into the role.'
      : 'Ask an owner or an admin of the organization: the storage shows them the trust policy to paste into the role.',
  testStorage: (may: boolean) =>
    may
      ? 'Open the storage and test its connection: that finds the cause.'
      : 'Ask an owner or an admin of the organization to test the connection of the storage: that finds the cause.',
  openStorage: 'Open the storage',

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
    noBucket: 'Check the name of the bucket, and the endpoint of the storage.',
    keys: 'Replace the keys of the storage in Organization → Storages.',
    undecodable:
      'Open the file on your own computer. If it opens there, its format is one that browsers do not show.',
    wrongRegion: 'Set the region of the storage to the one in which the bucket is.',
    busy: 'Try again in a minute.',
  } satisfies Partial<Record<Cause, string>> as Partial<Record<Cause, string>>,
};
