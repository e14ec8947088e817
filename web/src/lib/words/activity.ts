// The words of the record of changes and of signed URLs: what somebody did, said after their name.
import type { AuditAction, UrlPurpose } from '$lib/api/types';
import { count, counted } from '$lib/format/numbers';
import { made } from './madeBatches';

type Details = Record<string, unknown>;

/** `did` the `thing`, which may lead somewhere; `more` stands behind it. With `within` it was done in a project. */
export type Told = { did: string; thing?: string; more?: string; within?: boolean };

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const number = (value: unknown): number => (typeof value === 'number' ? value : 0);
const access = { IAM_USER: 'IAM User', IAM_DELEGATED: 'IAM Delegated' } as Record<string, string>;
const parts = {
  name: 'name',
  description: 'description',
  categorySchema: 'category schema',
} as Record<string, string>;

const storageParts = {
  name: 'name',
  region: 'region',
  endpoint: 'endpoint',
  publicKey: 'access key',
  roleArn: 'role',
  prefixes: 'prefixes',
} as Record<string, string>;
const listed = (changed: unknown, words: Record<string, string>) =>
  Array.isArray(changed) ? changed.map((one) => words[text(one)] ?? text(one)).join(', ') : '';

const assetChanges = {
  batches: 'changed the batches of',
  priority: 'changed the priority of',
  delete: 'deleted',
  restore: 'restored',
} as Record<string, string>;

const changeEnds = { cancelled: 'then it was cancelled', failed: 'then it failed' } as Record<string, string>;
const begun = {
  batches: 'began to change the batches of',
  priority: 'began to change the priority of',
  delete: 'began to delete',
  restore: 'began to restore',
} as Record<string, string>;
const cancelledChanges = {
  batches: 'cancelled a change of batches',
  priority: 'cancelled a change of priorities',
  delete: 'cancelled a deletion of assets',
  restore: 'cancelled a restoration of assets',
} as Record<string, string>;

const undid = ({ undoes, kind }: Details) =>
  text(undoes) && (kind === 'restore' ? 'a deletion was undone' : 'a change was undone');
const assets = (n: unknown) => counted(number(n), 'asset', 'assets');
const tasks = (n: unknown) => counted(number(n), 'task', 'tasks');
const storage = (did: string) => (d: Details) => ({
  did,
  thing: text(d.name),
  more: access[text(d.accessType)] ?? '',
});
const project = (did: string) => (d: Details) => ({ did, thing: text(d.name) });
const withProjects = (d: Details) =>
  [
    text(d.role) && `as ${text(d.role)}`,
    number(d.projects) > 0 && `with ${counted(number(d.projects), 'project', 'projects')}`,
  ]
    .filter(Boolean)
    .join(', ');
const fromTo = (d: Details) => (text(d.from) ? `from ${text(d.from)} to ${text(d.to)}` : `as ${text(d.to)}`);

const actions = {
  'organization.created': (d) => ({ did: 'created the organization', thing: text(d.name) }),
  'organization.changed': (d) => ({
    did: 'changed the organization’s settings',
    more: [
      text(d.name) && `renamed from ${text(d.from)} to ${text(d.name)}`,
      typeof d.headerProbes === 'boolean' && `reading sizes from files ${d.headerProbes ? 'on' : 'off'}`,
      typeof d.urlRecordDays === 'number' &&
        (d.urlRecordDays === 0
          ? 'signed URLs on record as long as the operator says'
          : `signed URLs on record for ${counted(d.urlRecordDays, 'day', 'days')}`),
    ]
      .filter(Boolean)
      .join(', '),
  }),
  'member.invited': (d) => ({ did: 'invited', thing: text(d.email), more: withProjects(d) }),
  'member.invitation_withdrawn': (d) => ({ did: 'withdrew the invitation for', thing: text(d.email) }),
  'member.joined': (d) => ({ did: 'joined the organization', more: withProjects(d) }),
  'member.role_changed': (d) => ({ did: 'changed the role of', thing: text(d.email), more: fromTo(d) }),
  'member.removed': (d) => ({ did: 'removed', thing: text(d.email), more: 'from the organization' }),
  'member.renamed': (d) => ({ did: 'changed their name', more: `from ${text(d.from)} to ${text(d.to)}` }),
  'member.password_changed': () => ({ did: 'changed their password' }),
  'api_key.created': (d) => ({ did: 'created the API key', thing: text(d.name) }),
  'api_key.revoked': (d) => ({
    did: 'revoked the API key',
    thing: text(d.name),
    more: text(d.of) && `of ${text(d.of)}`,
  }),
  'storage.created': storage('added the storage'),
  'storage.changed': (d) => ({
    did: 'changed the storage',
    thing: text(d.name),
    more: listed(d.changed, storageParts),
  }),
  'storage.rotated': storage('replaced the access key of the storage'),
  'storage.deleted': storage('deleted the storage'),
  'storage.verified': (d) => ({
    did: 'verified the role of the storage',
    thing: text(d.name),
    more: 'it refuses strangers',
  }),
  'storage.unverified': (d) => ({
    did: 'could not verify the role of the storage',
    thing: text(d.name),
    more: text(d.code),
  }),
  'storage.verification_overridden': storage('let this storage be used although its role is unverified:'),
  'storage.verification_override_ended': storage('took back the override of the storage'),
  'storage.external_id_rotation_begun': storage('asked for a new External ID for the storage'),
  'storage.external_id_rotation_ended': storage('kept the present External ID of the storage'),
  'storage.external_id_rotated': (d) => ({
    did: 'changed over to the new External ID of the storage',
    thing: text(d.name),
  }),
  'storage.upload_signed': (d) => ({
    did: 'was handed a link to upload',
    thing: text(d.key),
    more: `into the bucket ${text(d.bucket)}`,
  }),
  'project.created': project('created the project'),
  'project.changed': (d) => ({
    did: 'changed the project',
    thing: text(d.name),
    more: listed(d.changed, parts),
  }),
  'project.cloned': (d) => ({
    did: 'cloned a project into',
    thing: text(d.name),
    more: `from ${text(d.fromName)}`,
  }),
  'project.archived': project('archived the project'),
  'project.unarchived': project('took the project out of the archive:'),
  'project.deleted': (d) => ({
    did: 'deleted the project',
    thing: text(d.name),
    more: `with ${counted(number(d.assets), 'asset', 'assets')}`,
  }),
  'project.role_given': (d) => ({
    did: `made ${text(d.email)} ${text(d.to)} of`,
    thing: text(d.name),
    more: text(d.from) ? `before: ${text(d.from)}` : '',
  }),
  'project.role_taken': (d) => ({ did: `took ${text(d.email)} out of`, thing: text(d.name) }),
  'assets.changed': (d) => ({
    did:
      typeof d.assets === 'number'
        ? `${assetChanges[text(d.kind)] ?? 'changed'} ${assets(d.assets)}`
        : (begun[text(d.kind)] ?? 'began to change') + ' the assets that match',
    more: undid(d),
    within: true,
  }),
  'assets.change_ended': (d) => ({
    did: `${assetChanges[text(d.kind)] ?? 'changed'} ${assets(d.assets)}`,
    more: [changeEnds[text(d.state)] ?? undid(d), d.leftAlone ? `${assets(d.leftAlone)} left alone` : '']
      .filter(Boolean)
      .join(', '),
    within: true,
  }),
  'assets.change_cancelled': (d) => ({
    did: cancelledChanges[text(d.kind)] ?? 'cancelled a change of assets',
    within: true,
  }),
  'batch.created': (d) => ({ ...made(d), within: true }),
  'batch.renamed': (d) => ({
    did: 'renamed the batch',
    thing: text(d.name),
    more: `before: ${text(d.from)}`,
    within: true,
  }),
  'batch.deleted': (d) => ({ did: 'deleted the batch', thing: text(d.name), within: true }),
  'tasks.assigned': (d) => ({
    did: text(d.to)
      ? `gave ${tasks(d.tasks)} to ${text(d.to)}`
      : `took ${tasks(d.tasks)} from whoever had them`,
    within: true,
  }),
  'tasks.requeued': (d) => ({
    did: `put ${tasks(d.tasks)} into ${text(d.to)}`,
    more: [
      d.removeAnnotations === true && 'labels removed',
      d.removeAssignee === true && 'given to nobody',
      d.removeStageHistory === true && 'history removed',
    ]
      .filter(Boolean)
      .join(', '),
    within: true,
  }),
  'tasks.priority_changed': (d) => ({
    did: `gave ${tasks(d.tasks)} the priority ${number(d.priority)}`,
    within: true,
  }),
  'import.started': (d) => ({
    did: d.dryRun === true ? 'began to check the list' : 'began to import',
    thing: text(d.name),
    within: true,
  }),
  'import.completed': (d) => ({
    did: d.dryRun === true ? 'checked, without importing, the list' : 'imported',
    thing: text(d.name),
    more: [
      d.dryRun !== true && assets(d.imported),
      number(d.updated) > 0 && `${count(number(d.updated))} updated`,
      number(d.refused) > 0 && `${counted(number(d.refused), 'row', 'rows')} refused`,
    ]
      .filter(Boolean)
      .join(', '),
    within: true,
  }),
  'import.failed': (d) => ({
    did: d.dryRun === true ? 'could not check the list' : 'could not import',
    thing: text(d.name),
    more: `nothing was imported: ${text(d.code)}`,
    within: true,
  }),
  'import.cancelled': (d) => ({ did: 'cancelled the import of', thing: text(d.name), within: true }),
  'export.started': (d) => ({ did: 'exported labels to', thing: text(d.name), within: true }),
  'export.cancelled': (d) => ({ did: 'cancelled the export to', thing: text(d.name), within: true }),
} satisfies Record<AuditAction, (details: Details) => Told>;

/** What a record says, in words; an action of a newer hub by its name. */
export function tell(action: string, details: Details): Told {
  const known = (actions as Record<string, (details: Details) => Told>)[action];
  return known ? known(details) : { did: action };
}

export const toldActions = Object.keys(actions);

export const words = {
  title: 'Activity',
  views: 'What is shown',
  changes: 'Changes',
  urls: 'Signed URLs',
  changesText: 'Who did what to what, and when. Nothing is ever taken out of this record.',
  urlsText:
    'Who was handed a URL that opens which asset, until when. On record before it is handed out; the URLs themselves are not kept.',
  hiddenTitle: 'Activity is shown to admins',
  hiddenText: 'Owners and admins of the organization read who did what.',
  changesFailed: 'The record of changes could not be read.',
  urlsFailed: 'The record of signed URLs could not be read.',
  changesEmptyTitle: 'Nothing is on record yet',
  changesEmptyText: 'What is done to members, storages, API keys and projects will stand here.',
  urlsEmptyTitle: 'Nobody was handed a URL yet',
  urlsEmptyText: 'Open an asset of a private bucket, and who opened it will stand here.',
  noneTitle: 'Nothing matches',
  noneText: 'Nothing on record has all that the filters ask for.',
  clearFilters: 'Clear filters',
  person: 'Person',
  kind: 'Kind',
  kinds: {
    member: 'People',
    project: 'Projects',
    storage: 'Storages',
    api_key: 'API keys',
    assets: 'Assets',
    batch: 'Batches',
    tasks: 'Tasks',
    import: 'Imports',
    export: 'Exports',
    organization: 'Organization',
  },
  project: 'Project',
  about: 'About',
  asset: 'Asset',
  assetId: 'External ID or asset ID',
  assetHint: 'As the list called it, or the 24 characters in its details.',
  assetWrong: 'Enter an External ID or an asset ID.',
  apply: 'Apply',
  from: 'From',
  to: 'To',
  noPeople: 'Nobody else belongs to this organization.',
  noProjects: 'There are no projects yet.',
  download: 'Download',
  downloadCsv: 'What matches, as CSV',
  downloadNdjson: 'What matches, as NDJSON',
  more: 'Show more',
  looking: 'Looking further back…',
  theHub: 'Insitu',
  formerUser: 'A former user',
  only: (thing: string) => `Only what concerns ${thing}`,
  columns: {
    when: 'When',
    who: 'Who',
    what: 'What',
    until: 'Until',
    address: 'From address',
    only: 'Filter',
  },
  withKey: 'by API key',
  ended: 'ended',
  purposes: {
    assets: (n: number) => counted(n, 'asset', 'assets'),
    task: () => 'The asset of a task',
    address: () => 'A file by its address',
    upload: () => 'A file to upload',
    test: () => 'A file to test a storage',
    export: (n) => (n ? `${counted(n, 'asset', 'assets')} within an export` : 'The file of an export'),
  } satisfies Record<UrlPurpose, (n: number) => string>,
  inProject: (name: string) => `in ${name}`,
  deletedProject: 'a deleted project',
  moreAssets: (n: number) => `and ${count(n)} more`,
};
