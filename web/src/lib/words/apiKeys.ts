// The words of the API keys of an organization.
export const words = {
  keysFailed: 'The API keys could not be listed.',
  keysEmptyTitle: 'No API keys yet',
  keysEmptyText: 'With a key, scripts and the SDK act on your behalf, with your rights.',
  keyColumns: {
    name: 'Name',
    whose: 'Whose',
    key: 'Key',
    created: 'Created',
    used: 'Last used',
    actions: 'Actions',
  },
  keyNever: 'Never',
  createKey: 'Create API key',
  keyName: 'What it is for',
  keyMade: 'Copy this key now: it is shown only once.',
  askRevoke: 'Revoke…',
  revoke: 'Revoke',
  revokeTitle: (name: string) => `Revoke “${name}”?`,
  revokeText: (prefix: string) => `Whatever uses the key ${prefix}… stops working at once.`,
  othersTitle: 'Keys of other members',
  othersText: 'Each acts with the rights of whoever made it. Only the beginning of a key is known here.',
  othersEmpty: 'No other member has an API key.',
  othersFailed: 'The API keys of other members could not be listed.',
  revokeOtherText: (prefix: string, whose: string) =>
    `Whatever ${whose} uses the key ${prefix}… for stops working at once. That you revoked it is on record.`,
  revoked: (name: string) => `“${name}” was revoked.`,
};
