// The words of the Storages page and of the dialog that adds one: AWS's and Ango's own where they have one.
import type { AccessType } from '$lib/api/storages';
import { took } from './doctor';

const ended = (sentence: string) => (/[.!?…]$/.test(sentence) ? sentence : `${sentence}.`);

export const words = {
  add: 'Add Storage',
  added: (name: string) => `${name} was added.`,
  notUsable: (cause: string) => (cause ? `It cannot be used yet: ${ended(cause)}` : 'It cannot be used yet.'),
  notWorking: (cause: string) =>
    cause ? `It does not work like this: ${ended(cause)}` : 'It does not work like this.',
  partlyFailed: (failed: number, tested: number) => `${failed} of ${tested} buckets failed`,
  partlyUsable: (failed: string[], tested: number, cause: string) =>
    `${failed.length} of ${tested} buckets failed: ${failed.join(', ')}. ${cause}`.trim(),
  open: 'Open',
  emptyTitle: 'No storages yet',
  emptyText: 'A storage lets this organization see files in your own private bucket. Nothing is copied.',
  emptyTextOthers:
    'A storage lets this organization see files in a private bucket. Owners and admins can add one.',
  cards: {
    IAM_DELEGATED: {
      title: 'IAM Delegated',
      note: 'recommended by AWS',
      text: 'You make a role that this hub may assume. No secret changes hands.',
    },
    IAM_USER: {
      title: 'IAM User',
      note: '',
      text: 'You make a user that can only read your buckets, and paste its two keys here.',
    },
  } satisfies Record<AccessType, { title: string; note: string; text: string }>,

  ok: 'OK',
  edit: 'Edit',
  save: 'Save',
  changed: (name: string) => `${name} was changed.`,
  failing: 'Failing',
  works: 'Works',
  unread: 'Nothing to read',
  neverTested: 'Not tested',
  notTestedSince: 'Not tested since it changed',
  roleVerifiedSince: 'Not tested since the role was verified',
  discardTitle: (name: string) => `Leave ${name} without saving?`,
  discardText: 'What you typed is not saved.',
  discard: 'Leave',
  lastTest: 'Last test',
  bucketsSeen: 'Buckets seen',
  bucketsNamed: 'Named in lists',
  bucketsMissing: 'No such bucket',
  namedInLists: (names: string) => `Named in lists: ${names}`,
  noSuchBucket: (names: string) => `No such bucket: ${names}`,
  form: 'Storage',
  name: 'Name',
  nameHint: 'Unique in your organization, such as “Street scenes, Frankfurt”.',
  provider: 'Provider',
  providers: { aws: 'AWS S3', compatible: 'S3-compatible server' },
  providersShort: { aws: 'AWS', compatible: 'S3-compatible' },
  providerDetails: { aws: 'Amazon’s own', compatible: 'MinIO, Ceph, R2 and others' },
  accessType: 'Access Type',
  access: { IAM_USER: 'IAM User', IAM_DELEGATED: 'IAM Delegated' } satisfies Record<AccessType, string>,
  region: 'Region',
  regionHint: 'Where your buckets are.',
  regionPlaceholder: 'Frankfurt or eu-central-1',
  regionCompatibleHint: 'As your server calls it, most often us-east-1.',
  regionMissing: 'Say in which region your buckets are.',
  noSuchRegion: (text: string) => `AWS has no region ${text}. Choose one from the list.`,
  publicKey: 'Access Key ID',
  publicKeyHint: (length: number) => (length ? `${length} of 20 characters` : '20 letters and digits.'),
  privateKey: 'Secret Access Key',
  privateKeyHint: (length: number) =>
    length ? `${length} of 40 characters` : '40 characters. It is sealed, and never shown again.',
  sealed: 'It is sealed, and never shown again.',
  roleArn: 'Role ARN',
  roleArnHint: 'Of the role that you make in AWS.',
  roleArnServerHint: 'Of the role that you make on your server.',
  externalId: 'External ID',
  externalIdHint: 'Made for this storage alone. Your role’s trust policy has to demand it.',
  ownExternalId: 'Use the ID that my role already has',
  ourExternalId: 'Use an ID that this hub makes',
  ownExternalIdHint: 'What the trust policy of your role demands already.',
  externalIdFailed: 'No external ID could be made.',
  copyExternalId: 'Copy External ID',
  advanced: 'Advanced',
  endpoint: 'Endpoint',
  endpointHint: 'Of a VPC endpoint, such as https://bucket.vpce-….amazonaws.com. Most storages need none.',
  endpointStays:
    'Without an endpoint this is AWS, which has other keys. Add another storage for AWS instead.',
  endpointCompatibleHint: 'Where your server answers, such as https://minio.example.com:9000.',
  prefixes: 'Prefixes',
  prefixesHint: 'bucket or bucket/prefix. Nothing outside of them is imported or shown.',
  prefixesPlaceholder: 'Everything that the policy allows',

  guide: 'What to do in AWS',
  guideCompatible: 'What your server needs',
  ways: { steps: 'Step by step', cloudformation: 'CloudFormation', terraform: 'Terraform' },
  setupFailed: 'The documents for your buckets could not be made.',
  noIdentity:
    'This hub has no AWS identity yet, so no role can let it in. Its operator gives it one, by the environment, a profile or a role of its machine; until then, use IAM User.',
  identityUnknown: (message: string | null | undefined) =>
    `This hub cannot tell now who it is to AWS, so the trust policy cannot be made. ${message ?? ''}`.trim(),
  buckets: 'Buckets',
  bucketsPlaceholder: 'street-scenes, more-scenes',
  bucketFirst: 'Type a bucket’s name first: a test looks at a bucket.',
  noBucketYet: 'Type a bucket’s name first',
  placeholderBucket: 'your-bucket-name',
  steps: {
    buckets: {
      title: 'Name your buckets',
      text: 'One or several, with commas between them. The documents below are made for them.',
    },
    policy: {
      title: 'Create a policy',
      text: 'In IAM → Policies → Create policy → JSON, paste this. It can read, and nothing else.',
    },
    user: {
      title: 'Create a user',
      text: 'In IAM → Users → Create user, attach the policy. Under Security credentials create an access key, and paste both parts of it at the left.',
    },
    role: {
      title: 'Create a role',
      text: 'In IAM → Roles → Create role → Custom trust policy, paste this. Attach the policy, and paste the ARN of the role at the left.',
    },
    cors: {
      title: 'Let browsers fetch',
      text: 'In S3 → your bucket → Permissions → Cross-origin resource sharing (CORS), paste this for each bucket. Without it, no picture can be shown.',
    },
  },
  compatibleSteps: {
    user: {
      title: 'Make an access key that can read',
      text: 'On your server, make a user or an access key for this hub with this policy, and paste both parts of the key at the left. MinIO: mc admin user svcacct add --policy policy.json. R2: an API token with Object Read only. Garage: garage key create, then garage bucket allow --read.',
    },
    policy: {
      title: 'Make a policy that can read',
      text: 'On your server, make a policy of this. It can read, and nothing else.',
    },
    role: {
      title: 'Make a role that trusts this hub',
      text: 'Your server needs STS with AssumeRole, and users and roles as AWS has them: Ceph has, most others take IAM User. Make a role with this trust policy, attach the policy, and paste the ARN of the role at the left.',
    },
    cors: {
      title: 'Let browsers fetch',
      text: 'Save this as cors.json and set it for each bucket with the AWS command line, as below; R2 takes the list in it in its dashboard. MinIO has one setting for all buckets instead: MINIO_API_CORS_ALLOW_ORIGIN. Without it, no picture can be shown.',
    },
    reach: {
      title: 'Let browsers reach it',
      text: 'Pictures go from your server straight to the browser: the endpoint has to be reached from people’s computers, by HTTPS if this hub is.',
    },
  },
  documents: {
    commands: 'Command',
    policy: 'Policy',
    trust: 'Trust policy',
    cors: 'CORS rule',
    cloudformation: 'CloudFormation template',
    terraform: 'Terraform configuration',
  },
  copyDocument: (name: string) => `Copy ${name}`,
  cloudformationText: {
    IAM_USER:
      'Create a stack with this template. Its outputs are the two keys. A function of the stack adds the CORS rule to each bucket beside those that are there, and takes it away with the stack.',
    IAM_DELEGATED:
      'Create a stack with this template. Its output is the Role ARN. A function of the stack adds the CORS rule to each bucket beside those that are there, and takes it away with the stack.',
  } satisfies Record<AccessType, string>,
  terraformText: {
    IAM_USER:
      'Apply this, CORS rules included. They replace those that a bucket has: copy them in where there are any. `terraform output -raw secret_access_key` shows the secret.',
    IAM_DELEGATED:
      'Apply this, CORS rules included. They replace those that a bucket has: copy them in where there are any. Its output is the Role ARN.',
  } satisfies Record<AccessType, string>,

  test: 'Test connection',
  testOn: 'What to test',
  testBuckets: 'Buckets to test',
  testBucketsHint: 'Up to five. Without any, the ones that are in use.',
  testObject: 'Object to test',
  testObjectHint: 'Its address. Without one, a picture that is found.',
  testing: 'Asking the bucket’s servers, from the outside in …',
  testFailed: 'The test could not be made.',
  staleTest: 'Changed since this test. Test the connection again.',
  testsSaved: 'Save first: a test looks at the storage as it is saved, not at what is typed.',
  diagnosisPartly: (failed: string[], tested: number) =>
    `${failed.length} of ${tested} buckets failed: ${failed.join(', ')}. What mends it is opened below.`,
  diagnosis: (verdict: string, ms: number) =>
    ({
      passed: `Everything works. All checks took ${took(ms)}.`,
      warned: 'Assets can be shown; what could be better is marked.',
    })[verdict] ?? 'One thing is in the way. It is opened below, with what mends it.',

  columns: {
    name: 'Name',
    access: 'Access',
    region: 'Region',
    state: 'State',
    buckets: 'Buckets seen',
    assets: 'Assets',
  },
  id: 'Storage ID',
  documentsHint: 'The documents below are made for them.',
  documentsToPaste: 'Policies and CORS rule',
  total: (n: string, one: boolean) => (one ? '1 storage' : `${n} storages`),
  assets: 'Assets',
  byProject: 'Assets by project',
  moreProjects: (n: string) => `and ${n} more`,
  addedAt: 'Added',
  trust: 'Role',
  verification: {
    verified: 'Verified',
    pending: 'Not verified yet',
    grandfathered: 'Used as before, not verified yet',
    unverified: 'Not verified',
  } as Record<string, string>,
  overridden: 'Not verified, used all the same',

  /** What a code means beneath a state, where the picture of an asset would say it otherwise or not at all. */
  causes: {
    'storage.role_denied': 'Role does not let the hub in',
    'storage.role_of_another': 'Role of another organization',
    'storage.role_in_hub_account': 'Role of the hub’s own account',
    'storage.sts_region_disabled': 'STS is off in that region',
    'storage.no_identity': 'The hub has no AWS identity',
    'storage.verification_pending': 'Role is not tried yet',
    'storage.unknown_key': 'Access Key ID is not known',
    'storage.wrong_secret': 'Secret Access Key is wrong',
    'storage.secret_unreadable': 'Secret cannot be opened',
    'storage.endpoint_private': 'Endpoint is not allowed',
    'storage.not_decodable': 'No picture that can be shown',
    'storage.redirected': 'Endpoint sends elsewhere',
  } as Record<string, string>,
  /** What the hub refused, where its own words are for those who write to it. */
  refusals: {
    'storage.external_id_missing': 'The External ID that your role demands is missing.',
    'external_id.already_exists':
      'This ID was given already: each belongs to one storage. Use one that this hub makes.',
    'storage.external_id_customer_refused':
      'This hub takes no ID that somebody else made. Use one that it makes, in the trust policy too.',
    'storage.role_of_another':
      'This role lets in another organization too. Use it with an External ID that this hub makes, in the trust policy too.',
  } as Record<string, string>,
  checked: 'Last tried',
  verify: 'Verify again',
  customerId: 'Your own',
  customerIdText:
    'You typed it in; this hub did not make it. Whoever knows it, of those who use this hub, knows half of the way in.',
  rotateId: 'Make another External ID',
  keepId: 'Keep the present one',
  rotateIdText:
    'The present one stays good until the role was seen to demand the new one, and is given to nobody afterwards.',
  nextId: 'Next External ID',
  nextIdText: 'Paste the trust policy into your role, then press “Verify again”.',
  override: 'Use it all the same',
  overrideTitle: (name: string) => `Use ${name} although its role is open?`,
  overrideText:
    'The role lets this hub in without its External ID. Another organization of this hub that learns the role’s name could read these buckets, until the trust policy is mended. Your name is written to the audit record.',
  overruled: (name: string) => `${name} is used on your word.`,
  undo: 'Undo',
  takeBack: 'Take that back',
  takenBack: (name: string) => `${name} is used again once its role is verified.`,
  replaceKeys: 'Replace the keys',
  replaceKeysText: 'Make a new access key for the IAM user first. The old one can go once these are saved.',
  replaceKeysTitle: (name: string) => `Replace the keys of ${name}?`,
  replaceKeysWarning: 'The hub forgets the old pair. Pictures are signed with the new one from then on.',
  testKeys: 'Test these keys',
  keysTest: 'Test of the new keys',
  keysReplaced: (name: string) => `${name} uses its new keys.`,
  delete: 'Delete storage',
  deleteTitle: (name: string) => `Delete ${name}?`,
  deleteUnused: 'No asset uses it. Nothing in your bucket is touched.',
  deleteUsed: (assets: string) =>
    `${assets} assets are reached through it. They stay in the list, and cannot be opened any more. Nothing in your bucket is touched.`,
  deleted: (name: string) => `${name} was deleted.`,
};
