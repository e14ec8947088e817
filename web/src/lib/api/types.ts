// The nouns of the API under the names that the interface uses; the document `openapi.json` says what they hold.
export type {
  ApiKey,
  Asset,
  AssetState,
  Batch,
  Import,
  ImportState,
  Invitation,
  Invite,
  Member,
  Organization,
  OrganizationRole,
  Project,
  ProjectSummary,
  Session,
  SignedUrl,
  Storage,
  User,
} from './schema';

export type OnError = 'skip' | 'refuse';
export type OnDuplicate = 'allow' | 'skip' | 'update';
