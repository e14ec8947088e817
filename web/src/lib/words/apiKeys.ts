// The words of the API keys of an organization.
export const words = {
  keysFailed: 'The API keys could not be listed.',
  keysEmptyTitle: 'No API keys yet',
  keysEmptyText: 'With a key, scripts and the SDK act on your behalf, with your rights.',
  keyColumns: { name: 'Name', key: 'Key', created: 'Created', used: 'Last used', actions: 'Actions' },
  keyNever: 'Never',
  createKey: 'Create API key',
  keyName: 'What it is for',
  keyMade: 'Copy this key now: it is shown only once.',
  askRevoke: 'Revoke…',
  revoke: 'Revoke',
  revokeTitle: (name: string) => `Revoke “${name}”?`,
  revokeText: (prefix: string) => `Whatever uses the key ${prefix}… stops working at once.`,
  revoked: (name: string) => `“${name}” was revoked.`,
};
