// A storage as it is typed: the fields of the dialog, what the hub finds wrong with each, the body to send.
import type { AccessType } from '$lib/api/storages';
import { ApiError } from '$lib/api/errors';
import type { Storage, StorageForm } from '$lib/api/types';
import { words } from '$lib/words/storages';
import { DEFAULT_REGIONS, isRegion } from './regions';

type FieldProblem = { field: string; code?: string; message: string };

/** What stands between two names of buckets. */
export const NAMES = /[\s,;]+/;

/** What outlives a reload of the page: all but the secret. */
const KEPT = [
  ...(['name', 'provider', 'accessType', 'region', 'endpoint', 'publicKey', 'roleArn'] as const),
  ...(['externalId', 'ownExternalId', 'hasOwnExternalId', 'prefixes', 'buckets'] as const),
];
export type Kept = Pick<Draft, (typeof KEPT)[number]>;

export class Draft {
  name = $state('');
  provider = $state<'aws' | 'compatible'>('aws');
  accessType = $state<AccessType>('IAM_USER');
  region = $state<string>(DEFAULT_REGIONS.aws);
  publicKey = $state('');
  privateKey = $state('');
  roleArn = $state('');
  /** Made by the hub. */
  externalId = $state('');
  /** One that the role demands already, where somebody chose to type it. */
  ownExternalId = $state('');
  hasOwnExternalId = $state(false);
  endpoint = $state('');
  prefixes = $state<string[]>([]);
  /** Buckets that the documents are made for; a storage itself names none. */
  buckets = $state<string[]>([]);
  #problems = $state.raw<Record<string, string>>({});
  /** What stood in the fields that were refused: who changes one is not told the same again. */
  #refused: Record<string, string> = {};

  constructor(accessType: AccessType) {
    this.accessType = accessType;
  }

  /** What is wrong, field by field, until the field is changed. */
  get problems(): Record<string, string> {
    const fields = this.#fields();
    return Object.fromEntries(
      Object.entries(this.#problems).filter(([name]) => fields[name] === this.#refused[name]),
    );
  }

  /** Whether something was typed that would be a pity to lose. */
  get isFilled(): boolean {
    const { name, endpoint, publicKey, privateKey, roleArn, prefixes, buckets } = this.#fields();
    const isDefault = this.region === DEFAULT_REGIONS[this.provider] || !this.region;
    return !isDefault || [name, endpoint, publicKey, privateKey, roleArn, prefixes, buckets].some(Boolean);
  }

  /** A region that nobody chose is the one that is usual there. */
  choose(provider: Draft['provider']) {
    if (this.region === DEFAULT_REGIONS[this.provider]) this.region = DEFAULT_REGIONS[provider];
    this.provider = provider;
  }

  get kept(): Kept {
    return Object.fromEntries(KEPT.map((name) => [name, this[name]])) as Kept;
  }

  static again(kept: Kept): Draft {
    const draft = new Draft(kept.accessType);
    for (const name of KEPT) if (name in kept) Object.assign(draft, { [name]: kept[name] });
    return draft;
  }

  #fields(): Record<string, string> {
    return {
      name: this.name,
      region: this.region,
      publicKey: this.publicKey,
      privateKey: this.privateKey,
      roleArn: this.roleArn,
      externalId: this.demandedExternalId,
      endpoint: this.endpoint,
      prefixes: this.prefixes.join('\n'),
      buckets: this.buckets.join('\n'),
    };
  }

  /** Says what is wrong with fields before the hub is asked; false where nothing is. */
  check(): boolean {
    const region = this.region.trim();
    if (region && (this.provider !== 'aws' || isRegion(region))) return false;
    this.#say({ region: region ? words.noSuchRegion(region) : words.regionMissing });
    return true;
  }

  /** A test looks at a bucket. */
  wantsBucket() {
    this.#say({ buckets: words.bucketFirst });
  }

  #say(problems: Record<string, string>) {
    this.#problems = problems;
    this.#refused = this.#fields();
  }

  /** What a storage is now, to be changed. */
  static of(storage: Storage): Draft {
    const draft = new Draft(storage.accessType as AccessType);
    draft.name = storage.name;
    draft.region = storage.region;
    draft.endpoint = storage.endpoint ?? '';
    if (storage.endpoint) draft.provider = 'compatible';
    draft.roleArn = storage.roleArn ?? '';
    draft.prefixes = [...storage.prefixes];
    return draft;
  }

  /** What differs from the storage; an endpoint that was emptied is taken away. */
  changes(storage: Storage): StorageForm {
    const changes: StorageForm = {};
    if (this.name.trim() !== storage.name) changes.name = this.name.trim();
    if (this.region.trim() !== storage.region) changes.region = this.region.trim();
    if (this.endpoint.trim() !== (storage.endpoint ?? '')) changes.endpoint = this.endpoint.trim();
    if (this.roleArn.trim() !== (storage.roleArn ?? '')) changes.roleArn = this.roleArn.trim();
    if (this.prefixes.join('\n') !== storage.prefixes.join('\n')) changes.prefixes = [...this.prefixes];
    return changes;
  }

  get demandedExternalId(): string {
    return (this.hasOwnExternalId ? this.ownExternalId : this.externalId).trim();
  }

  /** What a test looks at, which no name is: two drafts with the same are tested alike. */
  get tested(): string {
    return JSON.stringify({ ...this.body(), name: undefined, buckets: this.buckets });
  }

  /** What is empty is left out, so that the hub says that it is missing and not that it is malformed. */
  body(): StorageForm {
    const delegated = this.accessType === 'IAM_DELEGATED';
    const fields = {
      name: this.name,
      region: this.region,
      endpoint: this.endpoint,
      ...(delegated
        ? { roleArn: this.roleArn, externalId: this.demandedExternalId }
        : { publicKey: this.publicKey, privateKey: this.privateKey }),
    };
    const filled = Object.entries(fields)
      .map(([name, text]) => [name, text.trim()])
      .filter(([, text]) => text);
    return {
      provider: 'AWS',
      accessType: this.accessType,
      ...Object.fromEntries(filled),
      ...(this.prefixes.length && { prefixes: this.prefixes }),
    };
  }

  /** Takes what the hub refused field by field; false where it names no field. */
  refused(error: unknown): boolean {
    const fields = fieldsOf(error).toReversed();
    this.#say(
      Object.fromEntries(
        fields.map(({ field, code, message }) => [field, words.refusals[code ?? ''] ?? message]),
      ),
    );
    return fields.length > 0;
  }
}

/** Refusals that are of one field, though the hub names none. */
const FIELDS: Record<string, string> = {
  'storage.already_exists': 'name',
  'storage.role_of_another': 'roleArn',
};

function fieldsOf(error: unknown): FieldProblem[] {
  if (!(error instanceof ApiError)) return [];
  const { code, message } = error;
  const field = FIELDS[code];
  if (field) return [{ field, code, message }];
  return (error.details as { fields?: FieldProblem[] } | undefined)?.fields ?? [];
}
